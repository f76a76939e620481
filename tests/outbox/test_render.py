"""Templates become letters."""

import re

import pytest

from dialog_portal.outbox.render import render


@pytest.fixture
def templates(settings, tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "x.subject.txt").write_text("Möte om {{ topic }}\n")
    (folder / "x.txt").write_text("\n\n{{ topic }}\n\n\n\nHälsningar  \n-- \nAvsändare\n")
    style = '<link rel="stylesheet" href="http://127.0.0.1:1/x.css">'
    style += "<style>p { color: red } @media print { p { color: black } }</style>"
    (folder / "x.html").write_text(
        f"<html><head>{style}<title>{{{{ subject }}}}</title></head><body><p>{{{{ topic }}}}</p></body></html>"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


def test_same_values_in_all_three_and_only_html_is_escaped(templates):
    letter = render("x", {"topic": "Konst & <kultur>"})
    assert letter.subject == "Möte om Konst & <kultur>"
    assert letter.text == "Konst & <kultur>\n\nHälsningar\n-- \nAvsändare\n"
    assert "Konst &amp; &lt;kultur&gt;" in letter.html


def test_styles_stand_in_the_tags_and_nothing_is_fetched(templates):
    html = render("x", {"topic": "a"}).html
    assert '<p style="color: red' in html
    assert "@media print" in html


def test_the_whole_button_of_a_letter_can_be_pressed():
    context = {"button_url": "https://d.example/svar/x/", "button_text": "Svara", "sentence": "Så är det."}
    html = render("account_notice", context).html
    cell, link = re.search(
        r'<td class="action"[^>]*style="([^"]*)"[^>]*><a [^>]*style="([^"]*)"', html
    ).groups()  # type: ignore[union-attr]
    assert ("padding: 13px 26px" in link, "inline-block" in link, "padding: 0" in cell) == (True, True, True)
