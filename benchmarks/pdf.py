"""The archive PDF of published notes, over WeasyPrint alone on the same page."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figure import Figure
from benchmarks.stage import Line, Stage, times_faster
from tests.run import BASE

SPEED = Figure(
    "PDF for archive and listeners over WeasyPrint alone, both cold (speed)", ">=", goal=0.95, released=0.96
)
BARE = """
import os, sys
sys.path.insert(0, "")
from minutes.pdf.sandbox import NO_SYSTEM_FONTS, STYLESHEET, packaged_font_fetcher
os.environ["FONTCONFIG_FILE"] = str(NO_SYSTEM_FONTS)
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
fonts = FontConfiguration()
style = CSS(string=STYLESHEET.read_text(), font_config=fonts, url_fetcher=packaged_font_fetcher())
page = HTML(string=sys.stdin.read(), url_fetcher=packaged_font_fetcher())
sys.stdout.buffer.write(page.write_pdf(stylesheets=[style], font_config=fonts))
"""


def measure(stage: Stage) -> Iterator[Line]:
    from minutes.compile_document import compile_document
    from minutes.models import Edition
    from minutes.pdf.render import pdf_html, typeset_in_child

    edition = max(
        Edition.objects.select_related("rendering__approval"), key=lambda one: len(one.rendering.html)
    )
    approval = edition.rendering.approval
    html = pdf_html(compile_document(approval.minutes, approval))

    def bare() -> None:
        command = [sys.executable, "-c", BARE]
        made = subprocess.run(command, input=html.encode(), capture_output=True, cwd=BASE)
        if not made.stdout.startswith(b"%PDF-"):
            raise RuntimeError(f"the bare way made no PDF: {made.stderr.decode()}")

    yield SPEED, times_faster(lambda: typeset_in_child(html), bare, rounds=stage.size(1, 3))
