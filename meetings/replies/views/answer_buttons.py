"""Which answer buttons a guest's page shows, in what order, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meetings.models import Answer
from meetings.replies.reply_status import ReplyStatus

BACK = "tillbaka"


ANSWER_LABELS: dict[str, tuple[str, str]] = {
    Answer.YES: ("Ja", "Jag kommer"),
    Answer.NO: ("Nej", "Jag kan inte komma"),
    Answer.SUBSTITUTE: ("Ersättare", "Någon annan kommer i mitt ställe"),
}


HANDOVER_LABELS: dict[str, tuple[str, str]] = {
    BACK: ("Ta tillbaka platsen", "Jag kommer själv"),
    Answer.SUBSTITUTE: ("Byt ersättare", "Någon annan kommer i stället"),
    Answer.NO: ("Nej", "Ingen av oss kommer"),
}


def button_to_confirm(status: ReplyStatus) -> str:
    """Return the value of the button that must be pressed once more, empty when none must."""
    taken_back = status.case == "handed_over" and status.unconfirmed == Answer.YES
    return BACK if taken_back else status.unconfirmed or ""


def question_to_confirm(status: ReplyStatus) -> str:
    """Return the page's heading when a press must be confirmed, else an empty text."""
    if button_to_confirm(status) == BACK:
        return "Tar du tillbaka platsen?"
    return f"Gäller {status.unconfirmed}?" if status.unconfirmed else ""


def answer_buttons(
    status: ReplyStatus, wanted: str, *, deputy: bool, is_asked_last: Callable[[str], bool]
) -> list[dict[str, Any]]:
    """Return the buttons to show; the answer that the letter's link asked for comes first.

    A button to confirm is marked but not moved: a program that presses the first button would confirm it. One whose
    next press counts comes last, whatever it is, so a program that always presses the first one does not press it.
    """
    again, labels = (
        button_to_confirm(status),
        HANDOVER_LABELS if status.case == "handed_over" else ANSWER_LABELS,
    )
    out = {status.answer} if not again and labels is ANSWER_LABELS else set()
    given = [value for value in labels if value not in out and not (deputy and value == Answer.SUBSTITUTE)]
    return [
        {
            "value": value,
            "label": labels[value][0],
            "small": labels[value][1],
            "again": value == again,
            "asked": value == (again or wanted),
        }
        for value in sorted(given, key=lambda value: (is_asked_last(value), not again and value != wanted))
    ]
