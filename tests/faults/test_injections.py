"""Sixty attempts to write headers and calendar properties of one's own, in every field that reaches a letter."""

from collections import Counter

import pytest
from django.core.exceptions import ValidationError

from dialog_portal.outbox import drafts, mime
from dialog_portal.outbox.drafts import written
from dialog_portal.outbox.envelope import open_up
from meetings.letters.compose import compose
from meetings.letters.purposes import MAILINGS
from meetings.models import Invitee, Meeting, Purpose
from tests import make
from tests.meetings.test_calendar import NAMES, PAYLOADS, shape

pytestmark = [pytest.mark.fault, pytest.mark.django_db, pytest.mark.once]
FIELDS = {
    "meeting": ("title", "venue", "room", "street", "online", "message", "diary_number"),
    "round": ("signer", "signer_title", "diary_number"),
    "party": ("name", "full_name"),
    "invitee": ("name", "email", "title"),
}
ENVELOPE = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "Content-Language", "MIME-Version", "Content-Type",
}  # fmt: skip


def people():
    """A meeting and a guest, as the action that sends finds them."""
    guest = make.invitee(make.invitation(make.meeting(), make.party()))
    meeting = Meeting.objects.with_names().with_letters().get(pk=guest.meeting_id)
    return meeting, meeting.invitees.select_related("invitation__party", "link", "invitation__meeting").get()


def letter_with(owner: str, field: str, payload: str) -> bytes | None:
    """The letter when a field holds the payload, put there past every form; None when it is refused."""
    meeting, guest = people()
    row = {"meeting": meeting, "round": meeting.round, "party": guest.invitation.party, "invitee": guest}[
        owner
    ]
    setattr(row, field, payload)
    draft = compose(MAILINGS[Purpose.INVITATION], meeting, guest)
    try:
        drafts.check(draft)
    except ValidationError:
        return None
    return open_up(written(draft, None).raw or b"")


def foreign(raw: bytes) -> tuple[int, int]:
    """How many headers and how many calendar properties stand there that we did not write."""
    message = mime.parse(raw)
    names = Counter(message.keys())
    headers = sum((names - Counter(ENVELOPE)).values())
    calendars = [part.get_payload(decode=True) for part in message.iter_attachments()]
    found = [shape(bytes(one)) for one in calendars]
    return headers, sum(one != NAMES for one in found)


def test_nothing_typed_becomes_a_header_or_a_property(size, figure):
    payloads = PAYLOADS if size(0, 1) else PAYLOADS[::12]
    tried, refused, headers, properties = 0, 0, 0, 0
    for owner, fields in FIELDS.items():
        for field in fields:
            for payload in payloads:
                raw = letter_with(owner, field, payload)
                tried += 1
                refused += raw is None
                more = foreign(raw) if raw else (0, 0)
                headers, properties = headers + more[0], properties + more[1]
    figure(f"injections, letters refused of {tried} tried", refused)
    figure("injections, headers that were not ours", headers)
    figure("injections, calendars with a property that was not ours", properties)
    assert (headers, properties) == (0, 0)


def test_control_without_looking_a_name_writes_a_header(monkeypatch):
    monkeypatch.setattr(drafts, "check", lambda _draft: None)
    monkeypatch.setattr(mime, "mailbox", lambda name, address: f"{name} <{address}>")
    monkeypatch.setattr(Invitee, "called", property(lambda guest: guest.name))
    raw = letter_with("invitee", "name", "Åsa\r\nBcc: alla@elsewhere.example")
    assert raw is not None
    assert foreign(raw)[0] > 0


def test_control_without_escaping_a_title_writes_a_property(monkeypatch):
    monkeypatch.setattr(drafts, "check", lambda _draft: None)
    monkeypatch.setattr("meetings.calendar.escaped", lambda text: text)
    raw = letter_with("meeting", "title", PAYLOADS[0])
    assert raw is not None
    assert foreign(raw)[1] > 0
