"""Attempts to write headers and properties of one's own, put into the row past every form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from icalendar.prop import vUnknown

from dialog_portal.outbox import draft as drafts
from dialog_portal.outbox import mime
from dialog_portal.outbox.draft import letter_from
from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Invitee, MeetingState, Wording
from tests import factories
from tests.faults.typing import (
    ALL,
    CANCELLATION,
    INVITATION,
    MEETING,
    WORDS,
    Typists,
    foreign,
    handed_over_past_the_field,
    letters_after,
    people,
    some,
)
from tests.meetings.acting import signed_in
from tests.meetings.mailings.test_calendar_file import SMUGGLED

pytestmark = [pytest.mark.fault, pytest.mark.django_db, pytest.mark.once]
FIELDS = {
    "meeting": MEETING,
    "step": ("reason",),
    "round": ("signer", "signer_title", "diary_number"),
    "party": ("name", "full_name"),
    "invitation": ("label",),
    "invitee": ("name", "email", "title"),
    "item": ("title", "description", "presenter"),
    "wording": WORDS,
}


def stored(owner: str) -> None:
    """What the letter is about."""
    called_off = owner == "step"
    meeting = factories.meeting(state=MeetingState.CANCELLED if called_off else MeetingState.INVITED)
    if called_off:
        meeting.steps.create(before=MeetingState.INVITED, after=MeetingState.CANCELLED, reason="Sjukdom")
    factories.item(meeting, description="Vi talar om det.", presenter="Ylva Norrby")
    invitation = factories.invitation(meeting)
    if owner == "invitation":
        invitation.party, invitation.label = None, "Folkets hus"
        invitation.save()
    if owner == "wording":
        Wording.objects.create(
            meeting=meeting, purpose=INVITATION, subject="Inbjudan", heading="Hej", body="Hej!"
        )
    factories.invitee(invitation)


def letter_with(owner: str, field: str, payload: str) -> bytes | None:
    """The letter when a field holds the payload, put there past every form; None when it is refused."""
    stored(owner)
    meeting, guest = people()
    row: Any = {
        "meeting": meeting,
        "step": meeting.steps.last(),
        "round": meeting.round,
        "party": guest.invitation.party,
        "invitation": guest.invitation,
        "invitee": guest,
        "item": meeting.agenda.items.get(),
        "wording": meeting.wordings.first(),
    }[owner]
    setattr(row, field, payload)
    if owner in ("step", "item", "wording"):  # read from the database by the letter
        row.save()
        meeting, guest = people()
    draft = compose(MAILINGS[CANCELLATION if owner == "step" else INVITATION], meeting, guest)
    try:
        drafts.validate_draft(draft)
    except ValidationError:
        return None
    return decrypt_letter(letter_from(draft, None).raw or b"")


def rows() -> Iterator[tuple[str, str]]:
    return ((owner, field) for owner, fields in FIELDS.items() for field in fields)


# --- Put there past every form ---------------------------------------------------------------------------------------


def test_nothing_that_is_stored_becomes_a_header_or_a_property(size, figure):
    tried, refused, headers, properties = 0, 0, 0, 0
    for number, (owner, field) in enumerate(rows()):
        for payload in some(ALL, number, size(2, 0)):
            with transaction.atomic():
                raw = letter_with(owner, field, payload)
                transaction.set_rollback(True)
            tried += 1
            refused += raw is None
            more = foreign(raw) if raw else (0, 0)
            headers, properties = headers + more[0], properties + more[1]
    figure(f"injections past the forms, letters refused of {tried} tried", refused)
    figure("injections past the forms, headers that were not ours", headers)
    figure("injections past the forms, calendars with a property that was not ours", properties)
    assert (headers, properties) == (0, 0)


def without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox takes what it gets, and names are written as they are."""
    monkeypatch.setattr(drafts, "validate_draft", lambda _draft: None)
    monkeypatch.setattr("dialog_portal.outbox.queue.post.validate_draft", lambda _draft: None)
    monkeypatch.setattr(mime, "address_header", lambda name, address: f"{name} <{address}>")
    monkeypatch.setattr(Invitee, "name_in_letters", property(lambda guest: guest.name))


# --- Controls --------------------------------------------------------------------------------------------------------


def test_control_without_looking_a_name_writes_a_header(monkeypatch):
    without_looking(monkeypatch)
    raw = letter_with("invitee", "name", "Åsa\r\nBcc: alla@elsewhere.example")
    assert raw is not None
    assert foreign(raw)[0] > 0


def test_control_without_looking_a_guests_substitute_writes_a_header(monkeypatch):
    without_looking(monkeypatch)
    world = Typists(signed_in()[0])
    _, raw = letters_after(handed_over_past_the_field, "Eva\r\nBcc: alla@elsewhere.example", world)
    assert sum(foreign(one)[0] for one in raw) > 0


def test_control_without_escaping_a_title_writes_a_property(monkeypatch):
    monkeypatch.setattr(drafts, "validate_draft", lambda _draft: None)
    monkeypatch.setattr("meetings.mailings.calendar_file.TypedText", vUnknown)
    raw = letter_with("meeting", "title", f"Möte\r{SMUGGLED[0]}")
    assert raw is not None
    assert foreign(raw)[1] > 0
