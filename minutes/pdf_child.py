"""Sets one PDF, alone in a process of its own: HTML in on stdin, PDF out on stdout.

Started by minutes/pdf.py as a plain file, so neither Django nor any setting or secret comes along.
"""

import os
import resource
import sys
from html import unescape
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
STYLESHEET = HOUSE / "templates" / "pdf" / "minutes.css"
NO_SYSTEM_FONTS = HOUSE / "templates" / "pdf" / "fonts.conf"
STYLES = ("regular", "italic", "bold", "bold-italic")
PACKAGED = {f"packaged:{style}": HOUSE / "static" / "fonts" / f"dialog-sans-{style}.woff2" for style in STYLES}

UNPRINTABLE = 3  # the exit code when stderr holds the characters that the packaged fonts cannot draw
CPU_SECONDS = 60
MEMORY_BYTES = 768 * 1024 * 1024

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


def limit(cpu_seconds: int, memory_bytes: int) -> None:
    """From here on this process cannot run long, grow large or leave a core file behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def claim_ua(_document: Any, pdf: Any) -> None:
    """Let a PDF/A file also say that it is PDF/UA-1, in the way PDF/A asks for."""
    packet = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    before, end, after = packet.stream[0].partition(b"</rdf:RDF>")
    if not end or b"</rdf:RDF>" in after or len(packet.stream) != 1:
        raise ValueError("the XMP packet is not one RDF block")
    packet.stream = [before + UA_CLAIM + end + after]


def unprintable(text: str) -> str:
    """The characters of the text that the packaged fonts lack, in order of appearance."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    known = TTFont(PACKAGED["packaged:regular"], lazy=True).getBestCmap()
    return "".join(character for character in dict.fromkeys(text) if character != "\n" and ord(character) not in known)


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
    pdf: bytes = page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-3a", finisher=claim_ua)
    return pdf


def main() -> int:
    limit(CPU_SECONDS, MEMORY_BYTES)
    html = sys.stdin.buffer.read().decode()
    if missing := unprintable(unescape(html)):
        sys.stderr.buffer.write(missing.encode())
        return UNPRINTABLE
    sys.stdout.buffer.write(typeset(html))
    return 0


if __name__ == "__main__":
    sys.exit(main())
