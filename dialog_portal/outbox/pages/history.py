"""What happened to a letter, in words that say what it means and what comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from dialog_portal.outbox.models import Attempt, Letter, LetterStep, Outcome, State
from dialog_portal.outbox.smtp.answers import ENHANCED

OUTCOMES: dict[str, str] = {
    Outcome.ACCEPTED: "E-postservern tog emot brevet.",
    Outcome.SOFT: "Mottagarens server bad oss försöka igen senare.",
    Outcome.HOST: "E-postservern svarade inte. Det är inget fel på adressen.",
    Outcome.UNKNOWN: "Det är okänt om brevet kom fram. Det skickas igen och kan därför komma två gånger.",
    Outcome.ADDRESS: "Mottagarens server säger att adressen inte finns.",
    Outcome.MAILBOX: "Adressen finns, men brevlådan tar inte emot brevet. Meddela på annat sätt.",
    Outcome.POLICY: "Servern vägrade ta emot brevet. Det beror oftast på inställningar, inte på adressen.",
    Outcome.WITHDRAWN: "Försöket avbröts innan något hade lämnats.",
    "": "Försöket pågår eller avbröts.",
}
# What the enhanced code says more precisely than the outcome
BOXES: tuple[tuple[str, str], ...] = (
    (r"[45]\.2\.2", "Mottagarens brevlåda är full. Portalen försöker igen, så länge det finns tid."),
    (r"5\.2\.1", "Mottagarens brevlåda är stängd. Meddela på annat sätt."),
    (r"5\.2\.3", "Brevet är för stort för mottagarens brevlåda. Meddela på annat sätt."),
)
KEPT = "Brevet sparades i utkorgen. Ingen e-postserver är inställd, så det har inte lämnat portalen."
STATES: dict[str, str] = {
    State.QUEUED: "Brevet står i kö och skickas så snart det går.",
    State.SENDING: "Brevet lämnas till e-postservern just nu.",
    State.ACCEPTED: "E-postservern har tagit emot brevet. Om det har lästs vet vi inte.",
    State.RETRYING: "Brevet har inte kommit fram än. Portalen försöker igen av sig själv.",
    State.FAILED: "Brevet kom inte fram, och portalen försöker inte igen av sig själv.",
    State.BOUNCED: "Brevet kom tillbaka från mottagarens server, så personen har inte fått det.",
    State.STOPPED: "Brevet är stoppat och skickas inte.",
}


@dataclass(frozen=True)
class Happening:
    """One line of a letter's history."""

    at: datetime
    what: str
    by: str = ""
    raw: str = ""


def of_attempt(attempt: Attempt) -> Happening:
    """An attempt in plain words, with what the server said."""
    what = _box(attempt) or OUTCOMES[attempt.outcome]
    if attempt.outcome == Outcome.ACCEPTED and not attempt.code:
        what = KEPT
    if attempt.late:
        what += " Svaret kom så sent att ett nytt försök redan hade tagit över."
    return Happening(attempt.started or attempt.claimed, what, raw=f"{attempt.code} {attempt.text}".strip())


def _box(attempt: Attempt) -> str:
    """What the server said of the mailbox, when it is the mailbox that it spoke of."""
    if attempt.outcome not in (Outcome.SOFT, Outcome.MAILBOX):
        return ""
    found = ENHANCED.search(attempt.text)
    said = found.group(1) if found else ""
    return next((words for code, words in BOXES if re.fullmatch(code, said)), "")


def of_step(step: LetterStep) -> Happening:
    return Happening(step.at, step.reason or State(step.after).label, by=str(step.by or "portalen"))


def history(letter: Letter) -> list[Happening]:
    """Everything that happened to a letter, the latest first."""
    made = Happening(
        letter.created, "Brevet skrevs och lades i utkorgen.", by=str(letter.sender or "portalen")
    )
    attempts = [of_attempt(attempt) for attempt in letter.attempts.all()]
    steps = [of_step(step) for step in letter.steps.select_related("by")]
    return sorted([made, *attempts, *steps], key=lambda line: line.at, reverse=True)


def state(letter: Letter) -> str:
    """What the letter's state means for whoever waits for it."""
    if letter.state == State.ACCEPTED and not letter.last_code and letter.raw is not None:
        return KEPT
    return STATES[letter.state]
