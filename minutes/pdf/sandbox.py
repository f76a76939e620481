"""Typeset one PDF with WeasyPrint in a process of its own: HTML on stdin, PDF on stdout.

A sandbox: it fetches nothing but the packaged fonts, from no network and no disk, and its time and memory are limited.

minutes/pdf/render.py starts it as a plain file, so that neither Django nor any setting or secret is loaded.
"""

import os
import resource
import sys
from collections.abc import Iterable
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parents[2]
FONTS = PROJECT_ROOT / "static" / "fonts"
STYLESHEET = PROJECT_ROOT / "templates" / "pdf" / "minutes.css"
NO_SYSTEM_FONTS = PROJECT_ROOT / "templates" / "pdf" / "fonts.conf"
FONT_STYLES = ("regular", "italic", "bold", "bold-italic")
PACKAGED_FONTS = {f"packaged:{style}": FONTS / f"dialog-sans-{style}.woff2" for style in FONT_STYLES}

EXIT_UNPRINTABLE = 3  # the exit code when the packaged fonts lack characters; they are written to stderr
CPU_SECONDS = 60
MEMORY_BYTES = 512 * 1024 * 1024

PDF_UA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"
PDF_UA_XMP = f"""
<rdf:Description rdf:about="" xmlns:pdfuaid="{PDF_UA_NAMESPACE}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{PDF_UA_NAMESPACE}</pdfaSchema:namespaceURI>
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
    """Limit the processor time (seconds) and memory (bytes) of this process, and let it write no core file."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def object_at(pdf: Any, reference: bytes) -> Any:
    """Return the PDF object of a reference such as b"12 0 R"."""
    return pdf.objects[int(reference.split()[0])]


def declare_pdf_ua(pdf: Any) -> None:
    """Declare in the XMP metadata of a PDF/A file that it is also PDF/UA-1.

    PDF/A requires that the schema of the declaration is described in the metadata too.
    Raise ValueError if the metadata is not one RDF block.
    """
    packet = object_at(pdf, pdf.catalog["Metadata"])
    before, end, after = b"".join(packet.stream).partition(b"</rdf:RDF>")
    if not end or b"</rdf:RDF>" in after:
        raise ValueError("the XMP packet is not one RDF block")
    packet.stream = [before + PDF_UA_XMP + end + after]


def mark_margins_as_artifacts(pdf: Any) -> None:
    """Mark page headers and footers as pagination artifacts, which screen readers skip.

    WeasyPrint writes them as marked content, but does not put their elements in the structure tree.
    """
    root = object_at(pdf, pdf.catalog["StructTreeRoot"])
    in_structure_tree = structure_elements(pdf, root["K"])
    parents_by_page = object_at(pdf, root["ParentTree"])["Nums"][1::2]  # the pages first, then the links
    for page, parents in zip(pdf.page_references, parents_by_page, strict=False):
        stream = object_at(pdf, object_at(pdf, page)["Contents"]).stream
        for index, item in enumerate(stream):
            if isinstance(item, dict) and "MCID" in item and parents[item["MCID"]] not in in_structure_tree:
                parents[item["MCID"]] = "null"
                stream[index - 1 : index + 1] = ["/Artifact", type(item)({"Type": "/Pagination"})]


def structure_elements(pdf: Any, references: Iterable[Any]) -> set[bytes]:
    """Return the references to all elements of the structure tree below these."""
    seen: set[bytes] = set()
    waiting = [*references]
    while waiting:
        reference = waiting.pop()
        if isinstance(reference, bytes) and reference not in seen:
            seen.add(reference)
            waiting += object_at(pdf, reference).get("K", ())
    return seen


def wrap_list_bodies(pdf: Any) -> None:
    """Put the content of each list item (LI) in its body (LBody), as PDF/UA requires.

    WeasyPrint leaves the paragraphs beside the label (Lbl) when a page breaks inside the item.
    """
    elements = structure_elements(pdf, object_at(pdf, pdf.catalog["StructTreeRoot"])["K"])
    # Sorted, because the order of a set differs between processes and would change the numbers of the new objects
    for reference in sorted(elements):
        item = object_at(pdf, reference)
        if item.get("S") == "/LI":
            outside = [kid for kid in item["K"] if object_at(pdf, kid)["S"] not in ("/Lbl", "/LBody")]
            if outside:
                body = type(item)({**item, "S": "/LBody", "K": type(item["K"])(outside), "P": reference})
                pdf.add_object(body)
                for kid in outside:
                    object_at(pdf, kid)["P"] = body.reference
                item["K"][:] = [kid for kid in item["K"] if kid not in outside] + [body.reference]


def finish_pdf(_document: Any, pdf: Any) -> None:
    """Complete what PDF/UA requires and WeasyPrint leaves out; WeasyPrint calls this before it writes the file."""
    declare_pdf_ua(pdf)
    mark_margins_as_artifacts(pdf)
    wrap_list_bodies(pdf)


def unprintable_characters(text: str) -> str:
    """Return the characters of the text that the packaged fonts do not have, each once, in order of appearance."""
    return "".join(
        character for character in dict.fromkeys(text) if ord(character) not in printable_code_points()
    )


@cache
def printable_code_points() -> frozenset[int]:
    """Return the code points that the packaged fonts have, and the line feed."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    return frozenset({*TTFont(PACKAGED_FONTS["packaged:regular"], lazy=True).getBestCmap(), ord("\n")})


def packaged_font_fetcher() -> Any:
    """Return a WeasyPrint fetcher that knows only the packaged fonts.

    It raises PermissionError for every other address, local or remote.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Packaged(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if url not in PACKAGED_FONTS:
                raise PermissionError("only packaged files")
            return URLFetcherResponse(url, PACKAGED_FONTS[url].read_bytes(), {"Content-Type": "font/woff2"})

    return Packaged(allowed_protocols=set())


def typeset(html: str) -> bytes:
    """Return the PDF, declared as both PDF/A-3a and PDF/UA-1; the same HTML gives the same bytes."""
    os.environ["FONTCONFIG_FILE"] = str(NO_SYSTEM_FONTS)
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetch = FontConfiguration(), packaged_font_fetcher()
    style = CSS(string=STYLESHEET.read_text(), font_config=fonts, url_fetcher=fetch)
    page = HTML(string=html, url_fetcher=fetch)
    options = {"pdf_variant": "pdf/a-3a", "finisher": finish_pdf}
    pdf: bytes = page.write_pdf(stylesheets=[style], font_config=fonts, **options)
    return pdf


def run() -> int:
    """Write the PDF of the HTML on stdin to stdout. Return the exit code."""
    limit_process(CPU_SECONDS, MEMORY_BYTES)
    html = sys.stdin.buffer.read().decode()
    if missing := unprintable_characters(unescape(html)):
        sys.stderr.buffer.write(missing.encode())
        return EXIT_UNPRINTABLE
    sys.stdout.buffer.write(typeset(html))
    return 0


if __name__ == "__main__":
    sys.exit(run())
