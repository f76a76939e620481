"""Who came: ticked from the answers, corrected by staff, and kept under the names of that day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.states import NotAllowed
from meetings.models import Answer, Attendee, Invitee, Meeting, MeetingState


@dataclass(frozen=True)
class Row:
    """A line of the attendance list before and after it is saved."""

    key: str
    name: str
    organisation: str
    title: str
    answer: str | None
    attended: bool


def rows(meeting: Meeting) -> list[Row]:
    """Everybody who could have come: ticked as they were noted, or as they answered until somebody has noted it."""
    noted = {row.invitee_id: row for row in meeting.attendees.all()}
    listed = [
        Row(
            key=f"i{invitee.pk}",
            name=invitee.name,
            organisation=str(invitee.invitation),
            title=invitee.title,
            answer=invitee.current_answer,  # type: ignore[attr-defined]
            attended=noted[invitee.pk].attended
            if invitee.pk in noted
            else invitee.current_answer == Answer.YES,  # type: ignore[attr-defined]
        )
        for invitee in meeting.invitees.active().with_answer().in_order().select_related("invitation__party")
    ]
    others = [
        Row(f"a{row.pk}", row.name, row.organisation, row.title, None, row.attended)
        for row in meeting.attendees.filter(invitee__isnull=True)
    ]
    return [row for row in listed if row.answer != Answer.SUBSTITUTE] + others


@transaction.atomic
def note(meeting: Meeting, present: Collection[str], *, by: User) -> int:
    """Keep who came; `present` holds the keys of the ticked rows. Answers how many came."""
    if meeting.state == MeetingState.CANCELLED:
        raise NotAllowed("Mötet är inställt, så det finns ingen närvaro att notera.")
    if timezone.now() < meeting.starts_at:
        raise NotAllowed("Mötet har inte börjat än. Närvaron noteras när mötet hålls.")
    day = timezone.localdate(meeting.starts_at)
    for invitee in meeting.invitees.active().select_related("invitation__party"):
        party = invitee.invitation.party
        Attendee.objects.update_or_create(
            invitee=invitee,
            defaults={
                "meeting": meeting,
                "invitation": invitee.invitation,
                "name": invitee.name,
                "email": invitee.email,
                "organisation": party.name_on(day) if party else invitee.invitation.label,
                "title": invitee.title,
                "attended": f"i{invitee.pk}" in present,
            },
        )
    for attendee in meeting.attendees.filter(invitee__isnull=True):
        attendee.attended = f"a{attendee.pk}" in present
        attendee.save(update_fields=["attended"])
    return meeting.attendees.filter(attended=True).count()


@transaction.atomic
def add(
    meeting: Meeting, *, name: str, organisation: str, email: str, title: str, staff: bool, by: User
) -> Attendee:
    """Somebody who came without being on the list, or who came from the region."""
    if timezone.now() < meeting.starts_at:
        raise NotAllowed("Mötet har inte börjat än. Närvaron noteras när mötet hålls.")
    if email and meeting.attendees.filter(email__iexact=email).exists():
        raise NotAllowed("Den adressen står redan på listan.")
    return Attendee.objects.create(
        meeting=meeting, name=name, organisation=organisation, email=email, title=title, staff=staff
    )


def absent(meeting: Meeting) -> list[Invitee]:
    """Those who were invited but did not come and sent nobody."""
    came = meeting.attendees.filter(attended=True).values("invitee")
    return list(meeting.invitees.active().exclude(pk__in=came).select_related("invitation__party"))
