"""Creates one demo meeting and takes it to a stage, with the actions that people use, each at its own time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.demo.clock import clock_at, days
from dialog_portal.demo.people import SECOND
from dialog_portal.demo.words import (
    CENTRES_AGENDA,
    CENTRES_NOTES,
    GENERAL_WORDS,
    GREETING,
    MUNICIPAL_AGENDA,
    MUNICIPAL_NOTES,
    UNHOSTED_AGENDA,
    UNHOSTED_NOTES,
)
from dialog_portal.outbox.queue.deliver import deliver
from meetings.agenda import actions
from meetings.attendance import actions as attendance
from meetings.invitations.actions import invite
from meetings.mailings.actions import due_reminders
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import preview_fingerprint
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
    """The data of a demo meeting, and the stage (one of STAGES) that it reaches. `answers` repeats over the guests."""

    round: Round
    title: str
    begins: datetime
    category: Category
    parties: Sequence[Party]
    stage: str
    hours: float = 3
    place: tuple[str, str, str, str] = ("", "", "", "")
    host: Party | None = None
    group: Group | None = None
    cancelled: bool = False
    answers: Sequence[str] = ("ja", "ja", "nej", "ja", "ja", "", "ja")
    staff: dict[str, User] = field(default_factory=dict)

    @property
    def is_municipal(self) -> bool:
        return self.category.slug == "kommuner"

    @property
    def officer(self) -> User:
        """Who plans and writes: one officer has the municipalities, the other one everybody else."""
        return self.staff[Role.OFFICER if self.is_municipal else f"{SECOND}{Role.OFFICER}"]

    @property
    def approver(self) -> User:
        return self.staff[Role.APPROVER]

    @property
    def agenda(self) -> Sequence[tuple[str, int, str, bool]]:
        """Title, minutes, presenter, and whether it is internal, of each point."""
        if not self.is_municipal:
            return CENTRES_AGENDA
        return MUNICIPAL_AGENDA if self.host else UNHOSTED_AGENDA

    @property
    def notes(self) -> Sequence[str]:
        """The text of each section."""
        if not self.is_municipal:
            return CENTRES_NOTES
        return MUNICIPAL_NOTES if self.host else UNHOSTED_NOTES

    def has_reached(self, stage: str) -> bool:
        """Return whether the meeting has come to a stage or further."""
        return STAGES.index(stage) <= STAGES.index(self.stage)

    def adapt_text(self, text: str) -> str:
        """Return a text about the nine centres so that it fits the parties of this meeting."""
        if self.category.slug != "centrumbildningar":
            for of_centres, of_all in GENERAL_WORDS:
                text = text.replace(of_centres, of_all)
        return text

    def days_before(self, before: float) -> datetime:
        """Return the time so many days before the meeting, but at the latest two hours ago."""
        return min(self.begins - days(before), timezone.now() - timedelta(hours=2))


def at_hour(day: datetime, hour: int, minute: int = 0) -> datetime:
    """Return a time of day in Stockholm on the date of `day`."""
    return datetime.combine(day.date(), time(hour, minute), ZoneInfo(settings.TIME_ZONE))


def tell_story(story: Story) -> Meeting:
    """Create the meeting and take it to the story's stage."""
    with clock_at(story.days_before(120)):
        meeting = plan_story(story)
    if story.has_reached("announced"):
        with clock_at(story.days_before(90)):
            send_mailing(meeting, Purpose.SAVE_THE_DATE, story.officer)
    if story.has_reached("invited"):
        with clock_at(story.days_before(35)):
            actions.change_agenda_state(meeting.agenda, AgendaState.SETTLED, by=story.officer)
            send_mailing(meeting, Purpose.INVITATION, story.officer)
        with clock_at(min(story.begins - days(12), timezone.now() - timedelta(minutes=30))):
            collect_answers(meeting, story)
        send_past_reminders(meeting)
    if story.cancelled:
        with clock_at(timezone.now() - days(1)):
            meetings.cancel_meeting(meeting, reason="Lokalen är inte längre tillgänglig.", by=story.officer)
            send_mailing(meeting, Purpose.CANCELLATION, story.officer)
    if story.has_reached("held"):
        with clock_at(story.begins + timedelta(hours=story.hours)):
            meetings.mark_as_held(meeting, by=story.officer)
            attendance.note_attendance(meeting, attendance_keys(meeting), by=story.officer)
    if story.has_reached("draft"):
        finish_notes(story, meeting)
    return meeting


def plan_story(story: Story) -> Meeting:
    """Create the meeting with its agenda and invited parties; no letter is sent."""
    venue, room, street, town = story.place
    meeting = Meeting(
        round=story.round,
        title=story.title,
        starts_at=story.begins,
        ends_at=story.begins + timedelta(hours=story.hours),
        reply_by=at_hour(story.begins - days(7), 23, 59),
        venue=venue,
        room=room,
        street=street,
        town=town,
        host=story.host,
        group=story.group,
        message=GREETING,
        serves_meal=story.is_municipal,
        officer=story.officer,
    )
    meetings.add_meeting(meeting, categories=[story.category], by=story.officer)
    for title, minutes, presenter, internal in story.agenda:
        item = AgendaItem(
            title=story.adapt_text(title),
            minutes=minutes,
            presenter=story.adapt_text(presenter),
            internal=internal,
        )
        actions.add_item(meeting.agenda, item, by=story.officer)
    invite.invite_parties(meeting, story.parties, seats=meeting.seats, by=story.officer)
    return meeting


def send_mailing(meeting: Meeting, purpose: Purpose, by: User) -> None:
    """Send a mailing as previewed, and deliver its letters at once."""
    mailing = MAILINGS[purpose]
    fresh = Meeting.objects.with_letters().get(pk=meeting.pk)
    pairs = mailings_send.drafts_for(mailing, fresh)
    mailings_send.send_previewed_letters(
        mailing, fresh, previewed=preview_fingerprint([draft for _, draft in pairs]), by=by
    )
    deliver()


def collect_answers(meeting: Meeting, story: Story) -> None:
    """Store the guests' answers in turn; every eighth guest answers by telephone."""
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


def send_past_reminders(meeting: Meeting) -> None:
    """Send the automatic reminders that are due by now, each with the clock set to its own time."""
    for row in meeting.planned.due(timezone.now()):
        with clock_at(row.due_at + timedelta(minutes=1)):
            due_reminders.send_due_reminders()
            deliver()


def attendance_keys(meeting: Meeting) -> set[str]:
    """Return the attendance keys of the people who answered yes."""
    return {row.key for row in attendance.attendance_rows(meeting) if row.answer == Answer.YES}


def finish_notes(story: Story, meeting: Meeting) -> None:
    """Write the notes and take them to the story's stage; a draft has its first two sections only."""
    with clock_at(story.begins + days(2)):
        minutes = writing.start_minutes(meeting, by=story.officer)
        sections = list(minutes.sections.all())
        for section, text in zip(
            sections if story.has_reached("circulated") else sections[:2], story.notes, strict=False
        ):
            writing.save_section(
                section,
                heading=section.heading,
                html=story.adapt_text(text),
                seen_version=section.version,
                by=story.officer,
            )
    if story.has_reached("circulated"):
        with clock_at(story.begins + days(4)):
            writing.circulate_minutes(minutes, by=story.officer)
    if story.has_reached("approved"):
        with clock_at(story.begins + days(6)):
            approving.approve(
                reload_minutes(minutes), seen=content_hash(reload_minutes(minutes)), by=story.approver
            )
    if story.has_reached("distributed"):
        with clock_at(story.begins + days(7)):
            approval = approving.valid_approval(reload_minutes(minutes))
            distributing.distribute(
                reload_minutes(minutes), previewed=approval.content_hash, by=story.officer
            )
            deliver()
    if story.has_reached("published"):
        with clock_at(story.begins + days(9)):
            publishing.publish(reload_minutes(minutes), by=story.approver)


def reload_minutes(minutes: Minutes) -> Minutes:
    """Return the minutes as they are in the database, without cached relations."""
    return Minutes.objects.select_related("meeting__round", "meeting__host").get(pk=minutes.pk)
