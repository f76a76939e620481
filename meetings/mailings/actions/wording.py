"""What changes the words of letters: finding the row to write in, resting it, and copying a round's."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from meetings.mailings.letters.wording import words_for
from meetings.models import Meeting, Round, Wording

if TYPE_CHECKING:
    from meetings.mailings.forms import WordingForm


def wording_of(owner: Round | Meeting, purpose: str) -> Wording:
    """The round's or meeting's own words for a letter; a new row that is not stored when it has none."""
    row = owner.wordings.filter(purpose=purpose).first() or blank(owner, purpose)
    if isinstance(owner, Meeting):
        row.meeting = owner
    else:
        row.round = owner
    return row


def blank(owner: Round | Meeting, purpose: str) -> Wording:
    """A resting row that says what the letter says already; version 0 tells it from one that somebody saved."""
    kind = "meeting" if isinstance(owner, Meeting) else "round"
    words = asdict(words_for(owner, purpose))
    return Wording(purpose=purpose, version=0, active=False, **{kind: owner}, **words)


def row_to_write(owner: Round | Meeting, purpose: str) -> Wording:
    """The stored row for a form to compare with and save, also when two save the first words at once."""
    new = blank(owner, purpose)
    Wording.objects.bulk_create([new], ignore_conflicts=True)
    return wording_of(owner, purpose)


@transaction.atomic
def use(owner: Round | Meeting, purpose: str, *, own: bool, by: User) -> bool:
    """Let the letter say its own words again, or rest them; answers whether anything changed. Nothing is erased."""
    row = owner.wordings.select_for_update().filter(purpose=purpose, version__gt=0).first()
    if row is None or row.active == own:
        return False
    row.active = own
    row.version += 1
    row.save(update_fields=["active", "version"])
    record(by, "brevtext: tog i bruk" if own else "brevtext: la i vila", owner, purpose=purpose)
    return True


def save_words(form: WordingForm, owner: Round | Meeting, *, by: User) -> Wording:
    """Keep what was typed; the row must have been made in the same transaction."""
    row: Wording = form.save()
    record(by, "brevtext: ändrade", owner, purpose=row.purpose, version=row.version)
    return row


def copy_wordings(source: Round, made: Round) -> None:
    """The words that the source round uses now, for the new round; those of single meetings stay with them."""
    Wording.objects.bulk_create(
        Wording(round=made, purpose=row.purpose, subject=row.subject, heading=row.heading, body=row.body)
        for row in source.wordings.in_use()
    )
