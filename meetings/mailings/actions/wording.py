"""Actions on the words of letters: saving them, resting them, and copying a round's."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.stale_saves import save_if_unchanged
from meetings.audit_events import MeetingsEvent
from meetings.mailings.letters.wording import Words, words_for, words_without_own
from meetings.models import Meeting, Round, Wording


def wording_of(owner: Round | Meeting, purpose: str) -> Wording:
    """Return the round's or meeting's own words for a letter; a new row that is not stored when it has none."""
    row = owner.wordings.filter(purpose=purpose).first() or blank(owner, purpose)
    if isinstance(owner, Meeting):
        row.meeting = owner
    else:
        row.round = owner
    return row


def blank(owner: Round | Meeting, purpose: str) -> Wording:
    """Return a resting row that says what the letter says already; version 0 tells it from one that somebody saved."""
    kind = "meeting" if isinstance(owner, Meeting) else "round"
    words = asdict(words_for(owner, purpose))
    return Wording(purpose=purpose, version=0, active=False, **{kind: owner}, **words)


@transaction.atomic
def save_wording(
    owner: Round | Meeting, purpose: str, words: Words, *, seen_version: int | None, by: User
) -> Wording:
    """Let the letter say these words; words that are the ones above it leave it as it is for everybody.

    Raise StaleSave when somebody else saved the words since `seen_version`, which is 0 for a letter without own words.
    """
    # Two who save the first words at once compare with the same row
    Wording.objects.bulk_create([blank(owner, purpose)], ignore_conflicts=True)
    values = {**asdict(words), "active": words != words_without_own(owner, purpose)}
    row = save_if_unchanged(wording_of(owner, purpose), values, seen_version=seen_version).row
    record(by, MeetingsEvent.WORDING_CHANGED, owner, purpose=row.purpose, version=row.version)
    return row


@transaction.atomic
def use(owner: Round | Meeting, purpose: str, *, own: bool, by: User) -> bool:
    """Let the letter say its own words again, or rest them; return whether anything changed. Nothing is erased."""
    row = owner.wordings.select_for_update().filter(purpose=purpose, version__gt=0).first()
    if row is None or row.active == own:
        return False
    row.active = own
    row.version += 1
    row.save(update_fields=["active", "version"])
    record(
        by, MeetingsEvent.WORDING_IN_USE if own else MeetingsEvent.WORDING_SET_ASIDE, owner, purpose=purpose
    )
    return True


def copy_wordings(source: Round, made: Round) -> None:
    """Copy the words that the source round uses now; those of single meetings stay with them."""
    Wording.objects.bulk_create(
        Wording(round=made, purpose=row.purpose, subject=row.subject, heading=row.heading, body=row.body)
        for row in source.wordings.in_use()
    )
