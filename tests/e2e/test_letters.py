"""A letter is as wide as the screen that it is read on, whatever somebody has typed into it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from dialog_portal.outbox.render import break_long_words, render

LONG = "Sammanträdesanteckningssammanställning" * 12
CELLS = "".join(f"<td>{word}</td>" for word in ("Nacka", LONG, "120 000 kr"))
NOTES = (
    f"<p>{LONG}</p><ul><li>{LONG}</li></ul><table><thead><tr><th scope='col'>Kommun</th><th scope='col'>Vad</th>"
    f"<th scope='col'>Bidrag</th></tr></thead><tbody><tr>{CELLS}</tr></tbody></table>"
)


def letter(notes: str) -> str:
    return render(
        "distribution",
        {
            "document": {"meeting_title": LONG, "reason": LONG},
            "facts": [("Var", LONG)],
            "parts": [("1", LONG, notes)],
            "signed_by": LONG,
        },
    ).html


@pytest.mark.once
@pytest.mark.parametrize("width", [1280, 360])
def test_long_words_and_tables_stay_inside_the_letter(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(letter(break_long_words(NOTES)))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cell = page.locator(".notes td").first
    assert cell.evaluate("one => getComputedStyle(one).borderTopWidth") == "1px"
    assert float(cell.evaluate("one => parseFloat(getComputedStyle(one).paddingLeft)")) >= 5
    head = page.locator(".notes th").first
    assert head.evaluate(
        "one => one.getClientRects().length && one.offsetHeight < 45"
    )  # "Kommun" in one line


@pytest.mark.once
def test_control_without_places_to_break_a_long_word_in_a_table_is_wider_than_a_phone(page: Page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.set_content(letter(NOTES))
    assert page.evaluate("document.documentElement.scrollWidth") > 360
