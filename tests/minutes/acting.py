"""A meeting that has been held, with people who came, and its notes as far as a test wants them."""

from __future__ import annotations

from datetime import timedelta

from dialog_portal.access.models import Role, User
from meetings.models import Attendee, Meeting, MeetingState
from minutes.approval import actions
from minutes.compile_document import content_hash
from minutes.distribution import actions as distributing
from minutes.models import Minutes
from minutes.writing import actions as writing
from tests import factories


def held_meeting(**values: object) -> Meeting:
    start, number = factories.afternoon(-3), Meeting.objects.count() + 1
    given = {
        "title": f"Dialogmöte {number}",  # the same in each test, so that the same PDF need not be made again
        "slug": f"mote-{number}",
        "starts_at": start,
        "ends_at": start + timedelta(hours=3),
        "reply_by": start - timedelta(days=7),
        "state": MeetingState.HELD,
        **values,
    }
    meeting = factories.meeting(**given)
    factories.item(meeting, title="Läget i kommunerna")
    factories.item(meeting, title="Nästa steg")
    factories.item(meeting, title="Bara för oss", internal=True)
    return meeting


def came(meeting: Meeting, name: str, code: str, **values: object) -> Attendee:
    """Somebody from a municipality who came."""
    invitation = factories.invitation(meeting, factories.municipality(f"Kommun {code}", code))
    invitee = factories.invitee(invitation, name=name)
    given = {"name": name, "email": invitee.email, "organisation": str(invitation), **values}
    return Attendee.objects.create(meeting=meeting, invitee=invitee, invitation=invitation, **given)


def written(meeting: Meeting, by: User) -> Minutes:
    minutes = writing.start_minutes(meeting, by=by)
    for section in minutes.sections.all():
        writing.save_section(
            section, heading=section.heading, html="<p>Vi talade.</p>", seen_version=1, by=by
        )
    return minutes


def approved(meeting: Meeting) -> Minutes:
    minutes = written(meeting, factories.user())
    writing.circulate_minutes(minutes, by=factories.user())
    actions.approve(
        fresh(minutes), seen=content_hash(fresh(minutes)), by=factories.user(Role.APPROVER, name="Aino Berg")
    )
    return fresh(minutes)


def distributed(meeting: Meeting) -> Minutes:
    minutes = approved(meeting)
    distributing.distribute(minutes, previewed=content_hash(minutes), by=factories.user())
    return fresh(minutes)


def fresh(minutes: Minutes) -> Minutes:
    return Minutes.objects.select_related("meeting__round", "meeting__host").get(pk=minutes.pk)
