"""Tasks about replies: missing answers, contradictory answers, substitutes to decide on, calendar replies to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.base.swedish import count, day
from dialog_portal.dashboard.tasks.task import Task, meeting_url
from meetings.mailings.letters.recipients import may_be_reminded, without_reply
from meetings.mailings.reminder_interval import REMIND_BEFORE
from meetings.models import (
    CalendarReply,
    Invitee,
    LetterToRead,
    MeetingLetter,
    MeetingState,
    PlannedMailing,
    Purpose,
    Reply,
    SubstituteRequest,
)


def silent_invitees(user: User, now: datetime) -> Iterator[Task]:
    """Yield meetings with invited people who have not answered.

    Within REMIND_BEFORE of the deadline the task is to remind them, unless a reminder was just sent or will be sent
    automatically; otherwise it is to wait.
    """
    rows = list(
        without_reply(Invitee.objects.active())
        .filter(meeting__state=MeetingState.INVITED, meeting__reply_by__gt=now)
        .values("meeting_id", "meeting__title", "meeting__reply_by")
        .annotate(silent=Count("pk"), ripe=Count("pk", filter=may_be_reminded(now)))
        .order_by("meeting_id")
    )
    said = find_reminders([row["meeting_id"] for row in rows], now)
    for row in rows:
        due, pk = row["meeting__reply_by"], row["meeting_id"]
        soon = bool(due < now + REMIND_BEFORE and row["ripe"] and not said[pk].ahead)
        remind = reverse("staff:letters_preview", args=[pk, Purpose.REMINDER])
        url = remind if soon else meeting_url("staff:invitations", pk)
        why = f"{count(row['silent'], 'person,personer')} har inte svarat.{said[pk].sentence}"
        yield Task(
            "Påminn om svar" if soon else "Invänta svar",
            row["meeting__title"],
            url,
            why,
            due,
            mine=soon,
            meeting=pk,
        )


@dataclass(frozen=True)
class Reminders:
    """When the people without an answer were last reminded, and when the next automatic reminder is sent."""

    last: datetime | None = None
    ahead: datetime | None = None

    @property
    def sentence(self) -> str:
        """Return both times in Swedish, each sentence after a blank; "" when there is neither."""
        last = f" Påminnelse skickades {day(self.last)}." if self.last else ""
        return last + (f" En påminnelse går automatiskt {day(self.ahead)}." if self.ahead else "")


def find_reminders(meetings: list[int], now: datetime) -> dict[int, Reminders]:
    """Return the reminders of each meeting by its primary key, in two queries."""
    about = {"meeting__in": meetings, "purpose": Purpose.REMINDER}
    letters = MeetingLetter.objects.filter(**about).not_stopped_in_time().order_by()
    last = dict(letters.values_list("meeting").annotate(Max("letter__created")))
    plans = PlannedMailing.objects.waiting().filter(**about, due_at__gt=now, meeting__round__reminds=True)
    ahead = dict(plans.values_list("meeting", "due_at"))
    return {pk: Reminders(last.get(pk), ahead.get(pk)) for pk in meetings}


def contradictory_answers(user: User, now: datetime) -> Iterator[Task]:
    """Yield coming meetings where a person's answers contradict each other. Staff call them and note the answer.

    The task is due at the deadline for answers and, when that has passed, at the start of the meeting.
    """
    rows = (
        Reply.objects.unsettled()
        .filter(invitee__meeting__state=MeetingState.INVITED, invitee__meeting__starts_at__gt=now)
        .values(
            "invitee__meeting",
            "invitee__meeting__title",
            "invitee__meeting__reply_by",
            "invitee__meeting__starts_at",
        )
        .annotate(people=Count("invitee", distinct=True))
        .order_by("invitee__meeting")
    )
    for row in rows:
        url = meeting_url("staff:invitations", row["invitee__meeting"]) + "?visa=motstridigt"
        why = f"{count(row['people'], 'person,personer')} har lämnat motstridiga svar inom en minut."
        until = row["invitee__meeting__reply_by"]
        due = until if until > now else row["invitee__meeting__starts_at"]
        yield Task(
            "Fråga vad som gäller",
            row["invitee__meeting__title"],
            url,
            why,
            due,
            meeting=row["invitee__meeting"],
        )


def substitute_requests(user: User, now: datetime) -> Iterator[Task]:
    """Yield substitutes from outside the party, whom staff must approve or refuse."""
    rows = SubstituteRequest.objects.waiting().select_related("invitee__meeting").order_by("pk")
    for row in rows:
        url = f"{meeting_url('staff:invitations', row.invitee.meeting)}#o{row.pk}"
        why = f"{row.invitee} vill skicka {row.name}, som inte hör till parten."
        yield Task(
            "Ta ställning till ersättare",
            row.invitee.meeting.title,
            url,
            why,
            row.invitee.meeting.reply_by,
            meeting=row.invitee.meeting_id,
        )


def letters_to_read(user: User, now: datetime) -> Iterator[Task]:
    """Yield meetings with letters from invited people that nobody has read; they get no reminder meanwhile."""
    rows = (
        LetterToRead.objects.unread(now)
        .values("invitee__meeting", "invitee__meeting__title", "invitee__meeting__reply_by")
        .annotate(people=Count("invitee", distinct=True))
        .order_by("invitee__meeting")
    )
    for row in rows:
        url = meeting_url("staff:invitations", row["invitee__meeting"]) + "?visa=skrivit"
        why = (
            f"{count(row['people'], 'inbjuden person har,inbjudna personer har')} skrivit till brevlådan. "
            "Ingen påminnelse skickas dit förrän breven är lästa."
        )
        due = row["invitee__meeting__reply_by"]
        yield Task(
            "Läs brev från inbjudna",
            row["invitee__meeting__title"],
            url,
            why,
            due,
            meeting=row["invitee__meeting"],
        )


def calendar_replies_to_read(user: User, now: datetime) -> Iterator[Task]:
    """Yield replies from calendars that the portal could not read as an answer."""
    rows = CalendarReply.objects.needs_a_person(now).select_related("invitee__meeting")
    for row in rows:
        url, meeting = reverse("staff:reply_note", args=[row.invitee_id]), row.invitee.meeting
        yield Task(
            "Läs kalendersvaret",
            f"{row.invitee}, {meeting}",
            url,
            row.why,
            meeting.reply_by,
            meeting=meeting.pk,
        )
