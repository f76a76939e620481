"""Typed text with a few signs becomes paragraphs, lists, quotations, headings and links, and nothing else."""

import pytest

from dialog_portal.base.plain_blocks import blocks, unsafe_links

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("Ett.\n\nTvå.", "<p>Ett.</p>\n<p>Två.</p>"),
        ("Ett\nTvå", "<p>Ett<br>Två</p>"),
        ("Vi ska\n- dela\n- lyssna\n  länge", "<p>Vi ska</p>\n<ul><li>dela</li><li>lyssna länge</li></ul>"),
        ("1. Först\n2) Sedan", "<ol><li>Först</li><li>Sedan</li></ol>"),
        (
            "> den viktigaste\n> saken\nsäger de",
            "<blockquote><p>den viktigaste saken säger de</p></blockquote>",
        ),
        ("## Syfte\nText", "<h2>Syfte</h2>\n<p>Text</p>"),
        ("Text\r\n\r\n- punkt\r\n", "<p>Text</p>\n<ul><li>punkt</li></ul>"),
        ("[IMY](https://www.imy.se/a?b=1&c)", '<p><a href="https://www.imy.se/a?b=1&amp;c">IMY</a></p>'),
        ("2019-2020 - ett år", "<p>2019-2020 - ett år</p>"),
        ("", ""),
    ],
)
def test_each_sign_has_its_element(typed: str, html: str):
    assert str(blocks(typed)) == html


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '[x](https://a.example/"onmouseover="alert)',
        "## <img src=x onerror=alert(1)>",
        "> <b>",
        "- <svg/onload=alert(1)>",
        "[<b>](https://a.example)",
        "[x](//a.example)",
    ],
)
def test_what_looks_like_html_is_text(typed: str):
    html = str(blocks(typed))
    tags = [part.partition(">")[0] for part in html.split("<")[1:]]
    known = ("p", "/p", "h2", "/h2", "ul", "/ul", "li", "/li", "blockquote", "/blockquote", "/a")
    assert [tag for tag in tags if tag not in known and not tag.startswith('a href="https://a.example')] == []
    assert 'onmouseover="' not in html


def test_a_link_that_leads_nowhere_known_is_named():
    typed = "[a](javascript:x) [b](www.a.example) [c](mailto:a@b.example) [d](/moten/)"
    assert unsafe_links(typed) == ["javascript:x", "www.a.example"]
