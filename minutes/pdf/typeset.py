"""Sets one PDF, alone in a process of its own: HTML in on stdin, PDF out on stdout.

Started by minutes/pdf/render.py as a plain file, so neither Django nor any setting or secret comes along.
"""

import os
import resource
import sys
from collections.abc import Iterable
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
FONTS = HOUSE / "static" / "fonts"
STYLESHEET = HOUSE / "templates" / "pdf" / "minutes.css"
NO_SYSTEM_FONTS = HOUSE / "templates" / "pdf" / "fonts.conf"
STYLES = ("regular", "italic", "bold", "bold-italic")
PACKAGED = {f"packaged:{style}": FONTS / f"dialog-sans-{style}.woff2" for style in STYLES}

UNPRINTABLE = 3  # the exit code when stderr holds the characters that the packaged fonts cannot draw
CPU_SECONDS = 60
MEMORY_BYTES = 512 * 1024 * 1024

UA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"
UA_CLAIM = f"""
<rdf:Description rdf:about="" xmlns:pdfuaid="{UA_NAMESPACE}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{UA_NAMESPACE}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
""".encode()


def limit_process(cpu_seconds: int, memory_bytes: int) -> None:
    """From here on this process cannot run long, grow large or leave a core file behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def object_at(pdf: Any, reference: bytes) -> Any:
    """The object behind a reference such as b"12 0 R"."""
    return pdf.objects[int(reference.split()[0])]


def claim_ua(pdf: Any) -> None:
    """Let a PDF/A file also say that it is PDF/UA-1, in the way PDF/A asks for."""
    packet = object_at(pdf, pdf.catalog["Metadata"])
    before, end, after = b"".join(packet.stream).partition(b"</rdf:RDF>")
    if not end or b"</rdf:RDF>" in after:
        raise ValueError("the XMP packet is not one RDF block")
    packet.stream = [before + UA_CLAIM + end + after]


def hide_margins(pdf: Any) -> None:
    """Mark headers and footers as pagination: WeasyPrint tags them, but leaves the tags out of the tree."""
    root = object_at(pdf, pdf.catalog["StructTreeRoot"])
    read_aloud = reachable(pdf, root["K"])
    owners_by_page = object_at(pdf, root["ParentTree"])["Nums"][1::2]  # after the pages come the links
    for page, owners in zip(pdf.page_references, owners_by_page, strict=False):
        stream = object_at(pdf, object_at(pdf, page)["Contents"]).stream
        for index, item in enumerate(stream):
            if isinstance(item, dict) and "MCID" in item and owners[item["MCID"]] not in read_aloud:
                owners[item["MCID"]] = "null"
                stream[index - 1 : index + 1] = ["/Artifact", type(item)({"Type": "/Pagination"})]


def reachable(pdf: Any, references: Iterable[Any]) -> set[bytes]:
    """The references to all elements of the structure tree."""
    seen: set[bytes] = set()
    waiting = [*references]
    while waiting:
        reference = waiting.pop()
        if isinstance(reference, bytes) and reference not in seen:
            seen.add(reference)
            waiting += object_at(pdf, reference).get("K", ())
    return seen


def gather_items(pdf: Any) -> None:
    """Put what a list item says in one body: WeasyPrint leaves its paragraphs beside the label when a page breaks."""
    for reference in reachable(pdf, object_at(pdf, pdf.catalog["StructTreeRoot"])["K"]):
        item = object_at(pdf, reference)
        if item.get("S") == "/LI":
            loose = [kid for kid in item["K"] if object_at(pdf, kid)["S"] not in ("/Lbl", "/LBody")]
            if loose:
                body = type(item)({**item, "S": "/LBody", "K": type(item["K"])(loose), "P": reference})
                pdf.add_object(body)
                for kid in loose:
                    object_at(pdf, kid)["P"] = body.reference
                item["K"][:] = [kid for kid in item["K"] if kid not in loose] + [body.reference]


def finish_pdf(_document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves undone, just before the file is written."""
    claim_ua(pdf)
    hide_margins(pdf)
    gather_items(pdf)


def unprintable(text: str) -> str:
    """The characters of the text that the packaged fonts lack, in order of appearance."""
    return "".join(character for character in dict.fromkeys(text) if ord(character) not in drawable())


@cache
def drawable() -> frozenset[int]:
    """The code points that the packaged fonts can draw."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    return frozenset({*TTFont(PACKAGED["packaged:regular"], lazy=True).getBestCmap(), ord("\n")})


def fetcher() -> Any:
    """A fetcher that hands out the packaged fonts and refuses every other address, local or remote."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Packaged(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if url not in PACKAGED:
                raise PermissionError("only packaged files")
            return URLFetcherResponse(url, PACKAGED[url].read_bytes(), {"Content-Type": "font/woff2"})

    return Packaged(allowed_protocols=set())


def typeset(html: str) -> bytes:
    """A PDF that claims both PDF/A-3a and PDF/UA-1; the same bytes for the same html."""
    os.environ["FONTCONFIG_FILE"] = str(NO_SYSTEM_FONTS)
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetch = FontConfiguration(), fetcher()
    style = CSS(string=STYLESHEET.read_text(), font_config=fonts, url_fetcher=fetch)
    page = HTML(string=html, url_fetcher=fetch)
    options = {"pdf_variant": "pdf/a-3a", "finisher": finish_pdf}
    pdf: bytes = page.write_pdf(stylesheets=[style], font_config=fonts, **options)
    return pdf


def run() -> int:
    limit_process(CPU_SECONDS, MEMORY_BYTES)
    html = sys.stdin.buffer.read().decode()
    if missing := unprintable(unescape(html)):
        sys.stderr.buffer.write(missing.encode())
        return UNPRINTABLE
    sys.stdout.buffer.write(typeset(html))
    return 0


if __name__ == "__main__":
    sys.exit(run())
