"""Templates become letters."""

import re

import pytest

from dialog_portal.outbox.render import break_long_words, render


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


def test_what_a_list_shows_beside_the_subject_is_never_empty(settings, tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "y.subject.txt").write_text("Nytt lösenord")
    (folder / "y.txt").write_text(
        "Avsändare\n\nRubrik\n\nHej Åsa!\n\nHär är\nlänken.\n\nVänliga hälsningar\n\nÅsa\n"
    )
    (folder / "y.html").write_text("<html><body><p>{{ preheader }}</p></body></html>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert "<p>Här är länken.</p>" in render("y", {}).html
    assert "<p>Kom i tid.</p>" in render("y", {"preheader": "Kom i tid."}).html


@pytest.mark.parametrize(
    ("html", "broken"),
    [
        ("<p>kort ord</p>", "<p>kort ord</p>"),
        (f"<td>{'a' * 20}</td>", f"<td>{'a' * 18}<wbr>aa</td>"),
        (f"<p>{'&amp;' * 20}</p>", f"<p>{'&amp;' * 18}<wbr>&amp;&amp;</p>"),
        (f'<a href="https://a.example/{"b" * 30}">x</a>', f'<a href="https://a.example/{"b" * 30}">x</a>'),
    ],
)
def test_only_long_words_may_be_broken_and_no_tag_is_touched(html, broken):
    assert break_long_words(html) == broken
