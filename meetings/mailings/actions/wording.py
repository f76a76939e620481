"""Actions on wordings (own texts of letters): save them, set them aside or use them again, copy those of a round."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.stale_saves import SAVE_COLUMNS, save_if_unchanged
from meetings.audit_events import MeetingsEvent
from meetings.mailings.letters.wording import Words, words_for, words_without_own
from meetings.models import Meeting, Round, Wording


def wording_of(owner: Round | Meeting, purpose: str) -> Wording:
    """Return the wording of a round or meeting for a letter; an unsaved row if it has none of its own."""
    row = owner.wordings.filter(purpose=purpose).first() or unsaved_wording(owner, purpose)
    if isinstance(owner, Meeting):
        row.meeting = owner
    else:
        row.round = owner
    return row


def unsaved_wording(owner: Round | Meeting, purpose: str) -> Wording:
    """Return an inactive, unsaved row with the present text of the letter. Version 0: nobody has saved it yet."""
    kind = "meeting" if isinstance(owner, Meeting) else "round"
    words = asdict(words_for(owner, purpose))
    return Wording(purpose=purpose, version=0, active=False, **{kind: owner}, **words)


@transaction.atomic
def save_wording(
    owner: Round | Meeting, purpose: str, words: Words, *, seen_version: int | None, by: User
) -> Wording:
    """Save the text of a letter. It is active only if it differs from the text above it (the round's or the standard).

    Raise StaleSave if somebody else saved it since `seen_version`, which is 0 for a letter without its own wording.
    """
    # The row is stored first, so that two people who save a first wording at once are compared with the same version
    Wording.objects.bulk_create([unsaved_wording(owner, purpose)], ignore_conflicts=True)
    values = {**asdict(words), "active": words != words_without_own(owner, purpose)}
    row = save_if_unchanged(wording_of(owner, purpose), values, seen_version=seen_version, by=by).row
    record(by, MeetingsEvent.WORDING_CHANGED, owner, purpose=row.purpose, version=row.version)
    return row


@transaction.atomic
def set_wording_active(owner: Round | Meeting, purpose: str, *, active: bool, by: User) -> bool:
    """Use the stored wording in the letter, or set it aside without deleting it. Return whether anything changed."""
    row = owner.wordings.select_for_update().filter(purpose=purpose, version__gt=0).first()
    if row is None or row.active == active:
        return False
    row.active = active
    row.note_save(by)
    row.save(update_fields=["active", *SAVE_COLUMNS])
    kind = MeetingsEvent.WORDING_IN_USE if active else MeetingsEvent.WORDING_SET_ASIDE
    record(by, kind, owner, purpose=purpose)
    return True


def copy_wordings(source: Round, made: Round) -> None:
    """Copy the wordings that the source round uses now, but not those of its single meetings."""
    Wording.objects.bulk_create(
        Wording(round=made, purpose=row.purpose, subject=row.subject, heading=row.heading, body=row.body)
        for row in source.wordings.in_use()
    )
