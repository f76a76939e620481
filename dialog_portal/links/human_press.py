"""Distinguish a button pressed by a person from one clicked by a program, such as a mail scanner.

A person whose browser, or a proxy on the way, leaves out the header that shows it is asked again on the page that
answers the press, and let through at the third press. What was pressed before goes along in the form, signed. So only
somebody who reads each page and presses there gets through: a program that opens the link three times has pressed once
each time, and one that goes on pressing at once has pressed once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest

MARK_FIELD = "tryckt"
SALT = "press without Sec-Fetch-User"
PRESSES_ASKED = 3  # presses that show a person when the header is missing
# The shortest time in which a person reads the question and presses again
TIME_TO_READ = timedelta(seconds=2)
MARK_LIFE = 60 * 60  # seconds
TOO_SOON = "Sidan hann inte läsas mellan tryckningarna. Vänta ett par sekunder och tryck en gång till."
ONCE_MORE = "Tryck på knappen en gång till, så vet vi att det är du som svarar."
LAST_TIME = (
    "Tryck en sista gång. Något på vägen hit tar bort det som visar att en människa trycker, "
    "därför frågar vi tre gånger."
)


def is_pressed_by_person(request: HttpRequest) -> bool:
    """Return whether a person may have pressed the button; a script that clicks it sends no `Sec-Fetch-User: ?1`.

    Old browsers send no `Sec-Fetch-` headers, and Safari (every browser on an iPhone) never sends `Sec-Fetch-User`, so
    for them its absence says nothing. Chromium writes "Chrome/" beside "AppleWebKit/" and is not mistaken for Safari.
    """
    sends_fetch_headers = any(name.startswith("Sec-Fetch-") for name in request.headers)
    agent = request.headers.get("User-Agent", "")
    safari = "AppleWebKit/" in agent and "Chrome/" not in agent and "Sec-Ch-Ua" not in request.headers
    return not sends_fetch_headers or safari or request.headers.get("Sec-Fetch-User") == "?1"


@dataclass(frozen=True)
class Press:
    """Whether a press counts as a person's; otherwise what the page says, and the mark that the next press brings."""

    by_person: bool = False
    mark: str = ""
    question: str = ""
    button: str = ""
    made: int = 0  # presses on the button that count

    @property
    def is_last(self) -> bool:
        """Return whether the next press lets the person through."""
        return self.made >= PRESSES_ASKED - 1

    def is_last_on(self, button: str) -> bool:
        """Return whether the next press on this button lets the person through."""
        return self.is_last and self.button == button

    @property
    def error(self) -> str:
        """Return the sentence above a form whose fields are shown again."""
        return f"{self.question} Inget är sparat än."


def read_press(request: HttpRequest, button: str) -> Press:
    """Return whether a person pressed this button. `button` names it, and the person whose page it is on."""
    if is_pressed_by_person(request):
        return Press(by_person=True)
    before, at = read_mark(request.POST.get(MARK_FIELD, ""), button)
    if before and time.time() - at < TIME_TO_READ.total_seconds():
        return Press(mark=make_mark(button, before), question=TOO_SOON, button=button, made=before)
    made = before + 1
    if made >= PRESSES_ASKED:
        return Press(by_person=True)
    return Press(mark=make_mark(button, made), question=question_after(made), button=button, made=made)


def asked_press(mark: str, button: str) -> Press:
    """Return the press whose mark a redirect brought to the page that asks again; an empty one for any other text."""
    made, _ = read_mark(mark, button)
    if not made:
        return Press()
    return Press(mark=mark, question=question_after(made), button=button, made=made)


def question_after(made: int) -> str:
    """Return what the page says after so many presses."""
    return LAST_TIME if made == PRESSES_ASKED - 1 else ONCE_MORE


def make_mark(button: str, made: int) -> str:
    """Return the signed text that says how often the button has been pressed, and when last."""
    return signing.dumps([button, made, time.time()], salt=SALT)


def read_mark(mark: str, button: str) -> tuple[int, float]:
    """Return how often this button was pressed before and when last; zeros for what is no mark of ours."""
    try:
        pressed, made, at = signing.loads(mark, salt=SALT, max_age=MARK_LIFE)
    except signing.BadSignature:
        return 0, 0.0
    return (made, at) if pressed == button else (0, 0.0)
