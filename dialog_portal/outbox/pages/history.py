"""What happened to a letter, in words that say what it means and what comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from dialog_portal.outbox.models import Attempt, Letter, LetterStep, Outcome, State
from dialog_portal.outbox.smtp.answers import ENHANCED

OUTCOME_SENTENCES: dict[str, str] = {
    Outcome.ACCEPTED: "E-postservern tog emot brevet.",
    Outcome.SOFT: "Mottagarens server bad oss försöka igen senare.",
    Outcome.HOST: "E-postservern svarade inte. Det är inget fel på adressen.",
    Outcome.UNKNOWN: "Det är okänt om brevet kom fram. Det skickas igen och kan därför komma två gånger.",
    Outcome.ADDRESS: "Mottagarens server säger att adressen inte finns.",
    Outcome.MAILBOX: "Adressen finns, men brevlådan tar inte emot brevet. Meddela på annat sätt.",
    Outcome.POLICY: "Servern vägrade ta emot brevet. Det beror oftast på inställningar, inte på adressen.",
    Outcome.REFUSED: "Servern sade nej. Det är inte säkert att felet är adressens, så portalen försöker igen.",
    Outcome.WITHDRAWN: "Försöket avbröts innan något hade lämnats.",
    "": "Försöket pågår eller avbröts.",
}
# What the enhanced code says more precisely than the outcome
MAILBOX_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"[45]\.2\.2", "Mottagarens brevlåda är full. Portalen försöker igen, så länge det finns tid."),
    (r"5\.2\.1", "Mottagarens brevlåda är stängd. Meddela på annat sätt."),
    (r"5\.2\.3", "Brevet är för stort för mottagarens brevlåda. Meddela på annat sätt."),
)
KEPT_IN_OUTBOX = (
    "Brevet sparades i utkorgen. Ingen e-postserver är inställd, så det har inte lämnat portalen."
)
STATE_SENTENCES: dict[str, str] = {
    State.QUEUED: "Brevet står i kö och skickas så snart det går.",
    State.SENDING: "Brevet lämnas till e-postservern just nu.",
    State.ACCEPTED: "E-postservern har tagit emot brevet. Om det har lästs vet vi inte.",
    State.RETRYING: "Brevet har inte kommit fram än. Portalen försöker igen av sig själv.",
    State.FAILED: "Brevet kom inte fram, och portalen försöker inte igen av sig själv.",
    State.BOUNCED: "Brevet kom tillbaka från mottagarens server, så personen har inte fått det.",
    State.STOPPED: "Brevet är stoppat och skickas inte.",
}
PAUSED_SENTENCE = (
    "E-postservern tar inte emot våra brev just nu. Brevet väntar tills felet är rättat och någon väljer "
    "Försök igen i utkorgen."
)


@dataclass(frozen=True)
class HistoryLine:
    """One line of a letter's history."""

    at: datetime
    what: str
    by: str = ""
    raw: str = ""


def attempt_line(attempt: Attempt) -> HistoryLine:
    """An attempt in plain words, with what the server said."""
    what = _box(attempt) or OUTCOME_SENTENCES[attempt.outcome]
    if attempt.outcome == Outcome.ACCEPTED and not attempt.code:
        what = KEPT_IN_OUTBOX
    if attempt.late:
        what += " Svaret kom så sent att ett nytt försök redan hade tagit över."
    return HistoryLine(attempt.started or attempt.claimed, what, raw=f"{attempt.code} {attempt.text}".strip())


def _box(attempt: Attempt) -> str:
    """What the server said of the mailbox, when it is the mailbox that it spoke of."""
    if attempt.outcome not in (Outcome.SOFT, Outcome.MAILBOX):
        return ""
    found = ENHANCED.search(attempt.text)
    said = found.group(1) if found else ""
    return next((words for code, words in MAILBOX_SENTENCES if re.fullmatch(code, said)), "")


def step_line(step: LetterStep) -> HistoryLine:
    return HistoryLine(step.at, step.reason or State(step.after).label, by=str(step.by or "portalen"))


def letter_history(letter: Letter) -> list[HistoryLine]:
    """Everything that happened to a letter, the latest first."""
    made = HistoryLine(
        letter.created, "Brevet skrevs och lades i utkorgen.", by=str(letter.sender or "portalen")
    )
    attempts = [attempt_line(attempt) for attempt in letter.attempts.all()]
    steps = [step_line(step) for step in letter.steps.select_related("by")]
    return sorted([made, *attempts, *steps], key=lambda line: line.at, reverse=True)


def state_sentence(letter: Letter, *, paused: bool = False) -> str:
    """Return a sentence about the letter's state, also when the mail server is paused."""
    if paused:
        return PAUSED_SENTENCE
    if letter.is_kept:
        return KEPT_IN_OUTBOX
    return STATE_SENTENCES[letter.state]
