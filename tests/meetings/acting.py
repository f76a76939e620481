"""What the tests of planning share: a signed-in browser, typed forms, and letters about a meeting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Letter
from dialog_portal.outbox.queue.post import post
from meetings.models import Invitee, Meeting, MeetingLetter, Purpose
from meetings.planning.actions import meetings
from tests import factories


def signed_in(role: str = Role.OFFICER) -> tuple[Client, User]:
    user, client = factories.user(role), Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, user


def at(text: str) -> datetime:
    """A moment from the clock in Stockholm: `2027-05-06 15:00`."""
    return timezone.make_aware(datetime.fromisoformat(text))


def typed(**values: Any) -> dict[str, Any]:
    """A meeting's form as somebody fills it in."""
    given = {
        "title": "Dialogmöte med kommunerna",
        "day": "2027-05-06",
        "start": "15:00",
        "end": "18:00",
        "venue": "Usine konferens",
        "town": "Stockholm",
        "seats": "3",
        "seen_version": "1",
    }
    return {**given, **values}


def retyped(meeting: Meeting, **values: Any) -> dict[str, Any]:
    """The form of a stored meeting, untouched but for what is given."""
    start, end = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    given = {
        "title": meeting.title,
        "day": f"{start:%Y-%m-%d}",
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "reply_on": f"{timezone.localtime(meeting.reply_by):%Y-%m-%d}",
        "venue": meeting.venue,
        "room": meeting.room,
        "street": meeting.street,
        "town": meeting.town,
        "seats": meeting.seats,
        "seen_version": meeting.version,
    }
    return {**given, **values}


def change_meeting(meeting: Meeting, *, by: User | None = None, **values: Any) -> Meeting:
    """Change a meeting as it is stored now, with what follows from that; return it as it is then."""
    stored = Meeting.objects.get(pk=meeting.pk)
    seen = stored.version
    change = meetings.change_meeting(stored, values, seen_version=seen, by=by or factories.user())
    return change.meeting


def letter(invitee: Invitee, purpose: str = Purpose.INVITATION, version: int | None = None) -> Letter:
    """A letter about the invitee's meeting that waits in the outbox."""
    meeting = invitee.meeting
    key = f"{purpose}:m{meeting.pk}:i{invitee.pk}:v{version or meeting.letter_version}"
    draft = Draft(
        key=key,
        purpose=purpose,
        campaign=meeting.campaign,
        name=invitee.name,
        address=invitee.email,
        subject="Inbjudan",
        text="Välkommen.",
        html="<p>Välkommen.</p>",
        deadline=timezone.now() + timedelta(days=2),
    )
    row, _ = post(draft)
    MeetingLetter.objects.create(
        meeting=meeting,
        invitee=invitee,
        purpose=purpose,
        letter=row,
        version=version or meeting.letter_version,
    )
    return row


def asked_long_ago() -> None:
    """Make every letter so old that people may be reminded."""
    Letter.objects.update(created=timezone.now() - timedelta(days=4))
