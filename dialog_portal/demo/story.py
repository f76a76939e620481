"""One meeting's story, told with the same actions that people use, each at its own time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.demo.clock import clock_at, days
from dialog_portal.demo.words import (
    CENTRES_AGENDA,
    CENTRES_NOTES,
    GREETING,
    MUNICIPAL_AGENDA,
    MUNICIPAL_NOTES,
    WORDS_FOR_ALL,
)
from dialog_portal.outbox.queue.deliver import deliver
from meetings.agenda import actions
from meetings.attendance import actions as attendance
from meetings.invitations.actions import invite
from meetings.mailings.actions import due_reminders
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import fingerprint
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import AgendaItem, AgendaState, Answer, Channel, Group, Meeting, Purpose, Round
from meetings.planning.actions import meetings
from meetings.replies.actions import answer as replies
from minutes.approval import actions as approving
from minutes.compile_document import content_hash
from minutes.distribution import actions as distributing
from minutes.models import Minutes
from minutes.publishing import actions as publishing
from minutes.writing import actions as writing
from parties.models import Category, Party

STAGES = (
    "planned",
    "announced",
    "invited",
    "held",
    "draft",
    "circulated",
    "approved",
    "distributed",
    "published",
)


@dataclass
class Story:
    """A meeting to be told up to a stage."""

    round: Round
    title: str
    begins: datetime
    category: Category
    parties: Sequence[Party]
    stage: str
    hours: float = 3
    place: tuple[str, str, str] = ("", "", "")
    host: Party | None = None
    group: Group | None = None
    outside_reference: str = ""
    cancelled: bool = False
    answers: Sequence[str] = ("ja", "ja", "nej", "ja", "ja", "", "ja")
    staff: dict[str, User] = field(default_factory=dict)

    @property
    def municipal(self) -> bool:
        return self.category.slug == "kommuner"

    @property
    def officer(self) -> User:
        return self.staff[Role.OFFICER]

    @property
    def approver(self) -> User:
        return self.staff[Role.APPROVER]

    def reached(self, stage: str) -> bool:
        return STAGES.index(stage) <= STAGES.index(self.stage)

    def said(self, text: str) -> str:
        """What was said of the nine centres, said of whoever the meeting is with."""
        if self.category.slug != "centrumbildningar":
            for of_centres, of_all in WORDS_FOR_ALL:
                text = text.replace(of_centres, of_all)
        return text

    def earlier(self, before: float) -> datetime:
        """So many days before the meeting, but never after now."""
        return min(self.begins - days(before), timezone.now() - timedelta(hours=2))


def at_hour(day: datetime, hour: int, minute: int = 0) -> datetime:
    """A time of day in Stockholm."""
    return datetime.combine(day.date(), time(hour, minute), ZoneInfo(settings.TIME_ZONE))


def tell_story(story: Story) -> Meeting:
    """Make the meeting and take it as far as its story goes."""
    with clock_at(story.earlier(120)):
        meeting = plan_story(story)
    if story.reached("announced"):
        with clock_at(story.earlier(90)):
            send_mailing(meeting, Purpose.SAVE_THE_DATE, story.officer)
    if story.reached("invited"):
        with clock_at(story.earlier(35)):
            actions.take_step(meeting.agenda, AgendaState.SETTLED, by=story.officer)
            send_mailing(meeting, Purpose.INVITATION, story.officer)
        with clock_at(min(story.begins - days(12), timezone.now() - timedelta(minutes=30))):
            collect_answers(meeting, story)
        remind(meeting)
    if story.cancelled:
        with clock_at(timezone.now() - days(1)):
            meetings.cancel(meeting, reason="Lokalen är inte längre tillgänglig.", by=story.officer)
            send_mailing(meeting, Purpose.CANCELLATION, story.officer)
    if story.reached("held"):
        with clock_at(story.begins + timedelta(hours=story.hours)):
            meetings.hold(meeting, by=story.officer)
            attendance.note_attendance(meeting, who_came(meeting), by=story.officer)
    if story.reached("draft"):
        finish_notes(story, meeting)
    return meeting


def plan_story(story: Story) -> Meeting:
    """The meeting with its agenda and invited parties, before any letter."""
    venue, room, street = story.place
    meeting = Meeting(
        round=story.round,
        title=story.title,
        starts_at=story.begins,
        ends_at=story.begins + timedelta(hours=story.hours),
        reply_by=at_hour(story.begins - days(7), 23, 59),
        venue=venue,
        room=room,
        street=street,
        host=story.host,
        group=story.group,
        outside_reference=story.outside_reference,
        message=GREETING,
        serves_meal=story.municipal,
        officer=story.officer,
    )
    meetings.add_meeting(meeting, categories=[story.category], by=story.officer)
    for title, minutes, presenter, internal in MUNICIPAL_AGENDA if story.municipal else CENTRES_AGENDA:
        item = AgendaItem(
            title=story.said(title), minutes=minutes, presenter=story.said(presenter), internal=internal
        )
        actions.add_item(meeting.agenda, item, by=story.officer)
    invite.invite_parties(meeting, story.parties, seats=meeting.seats, by=story.officer)
    return meeting


def send_mailing(meeting: Meeting, purpose: Purpose, by: User) -> None:
    """Preview and send, and let the letters leave at once."""
    mailing = MAILINGS[purpose]
    fresh = Meeting.objects.with_letters().get(pk=meeting.pk)
    pairs = mailings_send.drafts_for(mailing, fresh)
    mailings_send.send(mailing, fresh, previewed=fingerprint([draft for _, draft in pairs]), by=by)
    deliver()


def collect_answers(meeting: Meeting, story: Story) -> None:
    """The guests answer in turn, some of them by telephone."""
    for number, invitee in enumerate(meeting.invitees.active().in_order()):
        said = story.answers[number % len(story.answers)]
        if said:
            by_phone = number % 8 == 7
            replies.store_answer(
                invitee,
                Answer(said),
                channel=Channel.PHONE if by_phone else Channel.LINK,
                by=story.officer if by_phone else None,
            )
    deliver()


def remind(meeting: Meeting) -> None:
    """The letters that would have left by themselves by now, each at its time."""
    for row in meeting.planned.due(timezone.now()):
        with clock_at(row.due_at + timedelta(minutes=1)):
            due_reminders.send_due_reminders()
            deliver()


def who_came(meeting: Meeting) -> set[str]:
    """Everybody who said that they would come."""
    return {row.key for row in attendance.attendance_rows(meeting) if row.answer == Answer.YES}


def finish_notes(story: Story, meeting: Meeting) -> None:
    """The notes, as far as the story goes."""
    texts = MUNICIPAL_NOTES if story.municipal else CENTRES_NOTES
    with clock_at(story.begins + days(2)):
        minutes = writing.start_minutes(meeting, by=story.officer)
        sections = list(minutes.sections.all())
        for section, text in zip(
            sections if story.reached("circulated") else sections[:2], texts, strict=False
        ):
            writing.save_section(
                section,
                heading=section.heading,
                html=story.said(text),
                seen_version=section.version,
                by=story.officer,
            )
    if story.reached("circulated"):
        with clock_at(story.begins + days(4)):
            writing.circulate_minutes(minutes, by=story.officer)
    if story.reached("approved"):
        with clock_at(story.begins + days(6)):
            approving.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=story.approver)
    if story.reached("distributed"):
        with clock_at(story.begins + days(7)):
            approval = approving.standing_approval(fresh(minutes))
            distributing.distribute(fresh(minutes), previewed=approval.content_hash, by=story.officer)
            deliver()
    if story.reached("published"):
        with clock_at(story.begins + days(9)):
            publishing.publish(fresh(minutes), by=story.approver)


def fresh(minutes: Minutes) -> Minutes:
    return Minutes.objects.select_related("meeting__round", "meeting__host").get(pk=minutes.pk)
