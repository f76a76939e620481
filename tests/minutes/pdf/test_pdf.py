"""The PDF keeps both of its claims, comes out the same every time, and fetches nothing."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from minutes.pdf import render
from minutes.pdf.render import PdfFailed, pdf_html, render_pdf, typeset_in_child
from tests.house.files import BASE
from tests.minutes.documents import PAGES_LONG_LIST, extreme, normal, section
from tests.minutes.vera import Verdicts, verdicts

pytestmark = pytest.mark.once_on_sqlite  # no database stands behind a PDF

BARE = """
import sys
from weasyprint import HTML
sys.stdout.buffer.write(HTML(string=sys.stdin.read(), base_url=sys.argv[2]).write_pdf(pdf_variant=sys.argv[1] or None))
"""


def bare(html: str, *, variant: str = "", base: str = "") -> bytes:
    """What WeasyPrint makes of the page by itself: its own fetcher, no claim added; the control of our own way."""
    command = [sys.executable, "-W", "ignore", "-c", BARE, variant, base]
    return subprocess.run(command, input=html.encode(), capture_output=True, check=True, timeout=120).stdout


# --- What it claims --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pdf")


@pytest.fixture(scope="module")
def judged(folder: Path) -> Verdicts:
    """Our PDFs and the controls, judged together: Java starts once."""
    html = pdf_html(normal())
    files = {
        "normal": typeset_in_child(html),
        "extreme": render_pdf(extreme()),
        "no-claim": bare(html, variant="pdf/a-3a"),
        "ordinary": bare(html),
        "no-language": typeset_in_child(html.replace('<html lang="sv">', "<html>")),
        "no-title": typeset_in_child(html.replace("<title>", "<p>").replace("</title>", "</p>")),
        "skipped-heading": typeset_in_child(html.replace("<h2>", "<h4>").replace("</h2>", "</h4>")),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return verdicts(*(folder / name for name in files))


@pytest.mark.parametrize("name", ["normal", "extreme"])
def test_pdf_keeps_both_claims(judged: Verdicts, name: str):
    assert judged[name] == {"ua1": None, "3a": None}


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("no-claim", "ua1"),
        ("ordinary", "3a"),
        ("no-language", "ua1"),
        ("no-title", "ua1"),
        ("skipped-heading", "ua1"),
    ],
)
def test_validator_sees_what_is_missing(judged: Verdicts, name: str, claim: str):
    assert judged[name][claim]


# --- What is in it ---------------------------------------------------------------------------------------------------


@pytest.fixture(params=["normal", "extreme"])
def opened(judged: Verdicts, folder: Path, request: pytest.FixtureRequest) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(folder / request.param) as found:
        yield found


def elements(node: Any) -> Iterator[Any]:
    """The structure elements in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def test_pdf_says_its_title_and_language(opened: pikepdf.Pdf):
    assert str(opened.Root.Lang) == "sv"
    assert opened.Root.ViewerPreferences.DisplayDocTitle
    assert opened.open_metadata()["dc:title"] == normal().title


def test_pdf_headings_start_with_one_h1_and_skip_no_level(opened: pikepdf.Pdf):
    names = [str(element.S) for element in elements(opened.Root.StructTreeRoot)]
    levels = [int(name[2:]) for name in names if name[:2] == "/H" and name[2:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [after for before, after in pairwise(levels) if after > before + 1] == []


def test_pdf_tables_have_headers_that_their_cells_name(opened: pikepdf.Pdf):
    found = [element for element in elements(opened.Root.StructTreeRoot) if element.S == "/Table"]
    for table in found:
        known = {str(cell.A.get("/ID", cell.get("/ID"))) for cell in elements(table) if cell.S == "/TH"}
        named = {
            str(name) for cell in elements(table) if cell.S == "/TD" for name in cell.A.get("/Headers", [])
        }
        assert known
        assert named
        assert named <= known


def test_pdf_reads_no_header_or_footer_aloud(opened: pikepdf.Pdf):
    """All marked content is either in the structure tree, or an artifact."""
    owners = list(opened.Root.StructTreeRoot.ParentTree.Nums)[1::2]
    told = {element.objgen for element in elements(opened.Root.StructTreeRoot)}
    margins = 0
    for sheet, owned in zip(opened.pages, owners, strict=False):
        for step in pikepdf.parse_content_stream(sheet):
            if str(step.operator) == "BDC":
                name, properties = step.operands
                margins += name == "/Artifact"
                assert name == "/Artifact" or owned[int(properties.MCID)].objgen in told
    assert margins >= 2 * len(opened.pages) - 1


def test_pdf_holds_no_font_of_the_machine(opened: pikepdf.Pdf):
    fonts = {str(font.BaseFont) for sheet in opened.pages for font in sheet.Resources.Font.values()}
    assert fonts
    assert all(name.partition("+")[2].startswith("Dialog-Sans") for name in fonts)


# --- The same bytes --------------------------------------------------------------------------------------------------


YEARS_LATER = """
import sys, time_machine
from minutes.pdf.sandbox import typeset
with time_machine.travel("2041-01-01T00:00:00Z"):
    sys.stdout.buffer.write(typeset(sys.stdin.read()))
"""


def test_pdf_of_the_same_document_is_the_same_bytes_years_later(judged: Verdicts, folder: Path):
    command = [sys.executable, "-W", "ignore", "-c", YEARS_LATER]
    html = pdf_html(normal()).encode()
    later = subprocess.run(command, input=html, capture_output=True, check=True, cwd=BASE, timeout=120).stdout
    assert later == (folder / "normal").read_bytes()


def test_pdf_with_list_items_over_several_pages_is_the_same_bytes_each_time():
    """Each process has its own order of sets, and the bodies of such items are added to the file one by one."""
    document = normal(sections=(section(1, "Lång lista", PAGES_LONG_LIST),))
    assert len({render_pdf(document) for _ in range(3)}) == 1


# --- What can go wrong -----------------------------------------------------------------------------------------------


def test_character_no_font_has_is_named_to_staff():
    with pytest.raises(PdfFailed) as failed:
        render_pdf(normal(sections=(section(1, "Bra 😀", "<p>漢</p>"),)))
    assert str(failed.value) == (
        "PDF:en kan inte visa tecknen: 😀 (U+1F600), 漢 (U+6F22). Skriv dem med ord eller ta bort dem."
    )


def children() -> set[str]:
    """The processes that this thread has started and that are still there."""
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def test_text_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(render, "TYPESET_TIMEOUT", 0.5)
    before = children()
    with pytest.raises(PdfFailed, match="inte klar i tid"):
        render_pdf(extreme())
    assert children() == before


def test_text_that_takes_too_much_memory_is_stopped():
    with pytest.raises(PdfFailed, match="kunde inte skapas"):
        typeset_in_child("<p>" + "a" * 200_000_000)


def test_scripts_and_pictures_of_a_section_do_not_reach_the_page():
    html = pdf_html(
        normal(sections=(section(1, "Läge", "<script>x</script><img src=//a.example><p>Ord</p>"),))
    )
    assert "<p>Ord</p>" in html
    assert "script" not in html
    assert "<img" not in html


def test_names_are_text_and_never_markup():
    html = pdf_html(normal(host='<img src="x">', diary_number='"><link rel=stylesheet href=x>'))
    assert "<img" not in html
    assert "<link" not in html


# --- Nothing is fetched ----------------------------------------------------------------------------------------------

SECRET = "kanariefågeln sjunger"


class Canary:
    """A server that counts who calls, and a file that must not be read."""

    def __init__(self, folder: Path) -> None:
        self.calls: list[str] = []
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                calls.append(self.path)
                self.send_error(404)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.file = folder / "canary.txt"
        self.file.write_text(SECRET)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def vectors(self) -> str:
        """Every way we know in which a page can ask its renderer for something."""
        web, file = self.url, self.file.as_uri()
        return f"""<html lang="sv"><head><title>Fåglar</title><base href="{web}/base/">
        <link rel="stylesheet" href="{web}/link.css"><link rel="attachment" href="{file}">
        <link rel="attachment" href="{web}/attachment"><link rel="icon" href="{web}/icon">
        <style>@import "{web}/import.css"; @import url({file});
        @font-face {{ font-family: F; src: url({web}/font.woff2) }}
        @font-face {{ font-family: G; src: url({file}) }}
        @page {{ background: url({web}/page); @top-left {{ content: url({web}/margin) }} }}
        p {{ font-family: F, G; background: url({web}/background); list-style-image: url({web}/marker) }}
        li {{ list-style: url({web}/list) }} div {{ border-image: url({web}/border) 1 }}
        p::before {{ content: url({web}/content) }} i {{ mask-image: url({web}/mask) }}</style></head>
        <body><p>Text</p><div>Ram</div><ul><li>Punkt</li></ul>
        <img src="{web}/img" alt="a"><img src="relative" alt="b"><img src="{file}" alt="c">
        <img srcset="{web}/srcset 1x" alt="d"><embed src="{web}/embed"><object data="{web}/object"></object>
        <iframe src="{web}/frame"></iframe><video poster="{web}/poster"></video><input type="image" src="{web}/input">
        <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">
        <image xlink:href="{web}/svg-image" width="9" height="9"/><use xlink:href="{web}/use#a"/></svg>
        <img alt="e" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E%3Cimage
        href='{web}/nested' width='9' height='9'/%3E%3C/svg%3E">
        <a rel="attachment" href="{file}">Fil</a><a rel="attachment" href="{web}/a">Webb</a></body></html>"""


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    bird = Canary(tmp_path)
    yield bird
    bird.server.shutdown()
    bird.server.server_close()


def contains_secret(content: bytes, folder: Path) -> bool:
    (folder / "found.pdf").write_bytes(content)
    with pikepdf.open(folder / "found.pdf") as found:
        streams = [item.read_bytes() for item in found.objects if isinstance(item, pikepdf.Stream)]
    return any(SECRET.encode() in stream for stream in streams)


def test_page_that_asks_for_files_gets_none(canary: Canary, tmp_path: Path):
    made = typeset_in_child(canary.vectors())
    assert canary.calls == []
    assert not contains_secret(made, tmp_path)


def test_canary_is_heard_when_the_guard_is_off(canary: Canary, tmp_path: Path, figure: Any):
    made = bare(canary.vectors(), base=canary.url)
    figure("PDF: fetches without the guard", len(set(canary.calls)))
    assert len(set(canary.calls)) >= 10
    assert contains_secret(made, tmp_path)
