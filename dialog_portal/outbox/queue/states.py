"""How the state of a letter changes: only here, and only as the table beside the enum allows.

Every change can be found again. What a person or the portal decides leaves a LetterStep. What a worker's try brings
about leaves the try's Attempt, which says more than a step could: when it was claimed, began and ended, and how.
"""

from __future__ import annotations

from typing import Any

from dialog_portal.base import states
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.models import LETTER_NEXT, Letter, LetterQuerySet, LetterStep, State


def refusal(letter: Letter, cannot: str) -> NotAllowed:
    """Return the exception that says what state the letter is in and what is therefore not possible."""
    return NotAllowed(
        f"Brevet till {letter.name or letter.address} är {letter.state_label} och kan inte {cannot}."
    )


def lock(letter: Letter) -> Letter:
    """Return the letter as it stands now, locked until the transaction ends."""
    return Letter.objects.select_for_update().get(pk=letter.pk)


def must_not_be_about_account(letter: Letter, cannot: str) -> None:
    """Raise NotAllowed for a letter about an account: it could be used to take the account over unseen."""
    if letter.is_about_account:
        raise NotAllowed(f"Brev om konton kan inte {cannot}.")


def change(letter: Letter, to: State, *, by: Any, reason: str, cannot: str, **changes: Any) -> Letter:
    """Change one letter's state and what changes with it, leave a step, and return the letter as it stands now.

    Raise NotAllowed, saying what `cannot` be done, if the table has no such step.
    """
    if to == State.STOPPED:
        must_not_be_about_account(letter, "stoppas")
    no = str(refusal(letter, cannot))
    return states.take_step(letter, LETTER_NEXT, to, by=by, reason=reason, refusal=no, **changes)


def change_many(letters: LetterQuerySet, to: State, *, by: Any, reason: str, **changes: Any) -> int:
    """Change the state of all of these letters, leave a step for each, and return how many they are.

    Raise NotAllowed, and change none, if the table does not allow it for one of them.
    """
    if to == State.STOPPED:
        letters = letters.except_accounts()
    return states.take_steps(letters, LETTER_NEXT, to, by=by, reason=reason, **changes)


def change_by_try(letters: LetterQuerySet, to: State, **changes: Any) -> int:
    """Change the state of those of the letters that the table allows, as part of a try; return how many they were.

    Compare and set in one statement: a letter that somebody else has changed meanwhile is left alone. The step that
    this leaves is the Attempt, which the caller writes in the same transaction.
    """
    allowed = [state for state in State if to in LETTER_NEXT[state]]
    return letters.filter(state__in=allowed).update(state=to, **changes)


def note(letter: Letter, reason: str, *, by: Any = None, **changes: Any) -> Letter:
    """Add a line to a letter's history that leaves its state as it is, and change other fields with it."""
    letter.steps.create(before=letter.state, after=letter.state, by=by, reason=reason)
    if changes:
        for name, value in changes.items():
            setattr(letter, name, value)
        letter.save(update_fields=list(changes))
    return letter


def note_many(letters: LetterQuerySet, reason: str, *, by: Any) -> list[int]:
    """Add the same line to the history of all of these letters, and return their primary keys."""
    rows = list(letters.order_by("pk").values_list("pk", "state"))
    LetterStep.objects.bulk_create(
        [LetterStep(letter_id=pk, before=state, after=state, by=by, reason=reason) for pk, state in rows],
        batch_size=500,
    )
    return [pk for pk, _ in rows]
