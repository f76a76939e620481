"""Delete a planned meeting or round that nobody outside has heard of. What somebody knows of is cancelled instead."""

from __future__ import annotations

from django.db import transaction
from django.db.models import ProtectedError

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.models import Link
from meetings.audit_events import MeetingsEvent
from meetings.models import Meeting, Round

KNOWN_MEETING = "Någon utanför kan känna till mötet, så det kan inte tas bort. Ställ in det i stället."
KNOWN_ROUND = "Omgången har möten som någon utanför kan känna till, så den kan inte tas bort."
PUBLIC_ROUND = "Årets text är eller har varit publicerad på webbplatsen, så omgången kan inte tas bort."
USED_ROUND = "Omgången används på andra sidor i portalen, så den kan inte tas bort."


def is_deletable_round(round_: Round) -> bool:
    """Return whether nobody outside has heard of the round: of none of its meetings, and of no text of its year."""
    return not reason_to_keep(round_)


def reason_to_keep(round_: Round) -> str:
    """Return why the round cannot be deleted, in Swedish; an empty text if it can."""
    if round_.meetings.exclude(pk__in=Meeting.objects.known_to_nobody()).exists():
        return KNOWN_ROUND
    # The texts of the website are above this app, so they are asked for by the names of their relations
    published = Round.objects.filter(pk=round_.pk, public_text__revisions__published_at__isnull=False)
    return PUBLIC_ROUND if published.exists() else ""


def must_be_known_to_nobody(meeting: Meeting) -> None:
    """Raise NotAllowed if somebody outside may know of the meeting, or if it is gone."""
    if not Meeting.objects.known_to_nobody().filter(pk=meeting.pk).exists():
        raise NotAllowed(KNOWN_MEETING)


def must_be_deletable(round_: Round) -> None:
    """Raise NotAllowed if somebody outside may know of one of the round's meetings, or of the text of its year."""
    if reason := reason_to_keep(round_):
        raise NotAllowed(reason)


@transaction.atomic
def delete_meeting(meeting: Meeting, *, by: User) -> None:
    """Delete a meeting with its agenda and its list of people to invite. Raise NotAllowed if somebody knows of it."""
    list(Meeting.objects.select_for_update().filter(pk=meeting.pk))  # nobody writes a letter meanwhile
    must_be_known_to_nobody(meeting)
    record(by, MeetingsEvent.MEETING_REMOVED, meeting, title=meeting.title, starts_at=meeting.starts_at)
    _delete_with_links(meeting)


@transaction.atomic
def delete_round(round_: Round, *, by: User) -> int:
    """Delete a round with its groups, its wordings and its meetings. Return the number of meetings.

    A text of its year that nobody has published goes with it. Raise NotAllowed if somebody knows of one of the
    meetings, if a text has been published, or if something else belongs to the round.
    """
    Round.objects.select_for_update().get(pk=round_.pk)
    meetings = list(round_.meetings.select_for_update(of=("self",)).order_by("pk"))
    must_be_deletable(round_)
    record(by, MeetingsEvent.ROUND_REMOVED, round_, year=round_.year, meetings=[row.pk for row in meetings])
    for meeting in meetings:
        _delete_with_links(meeting)
    try:
        with transaction.atomic():
            round_.delete()
    except ProtectedError as held:
        raise NotAllowed(USED_ROUND) from held
    return len(meetings)


def _delete_with_links(meeting: Meeting) -> None:
    """Delete a locked meeting, and the links of its people, which nobody has got."""
    links = list(meeting.invitees.values_list("link", flat=True))
    meeting.invitees.all().delete()
    meeting.delete()
    Link.objects.filter(pk__in=links).delete()
