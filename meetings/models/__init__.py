"""The tables of rounds, meetings, agendas, invitations, replies, letters about meetings and attendance."""

from meetings.models.agenda import (
    Agenda,
    AgendaConsultation,
    AgendaItem,
    AgendaState,
    AgendaStep,
    HowConsulted,
)
from meetings.models.attendee import Attendee
from meetings.models.calendar_reply import CalendarReply
from meetings.models.calendar_reply import CalendarReplyOutcome as CalendarReplyOutcome
from meetings.models.invitation import Invitation
from meetings.models.invitee import Invitee, Need
from meetings.models.letter_to_read import LetterKind, LetterToRead
from meetings.models.meeting import Group, Meeting, MeetingState, MeetingStep
from meetings.models.meeting_letter import INVITING, MeetingLetter, Purpose
from meetings.models.planned_mailing import PlannedMailing, PlannedState, PlannedStep
from meetings.models.reply import CONTRADICTION_WINDOW, Answer, Channel, Reply
from meetings.models.round import FocusArea, Round, RoundPurpose
from meetings.models.substitute_request import SubstituteRequest
from meetings.models.time_and_place import TimeAndPlace
from meetings.models.wording import Wording

__all__ = [
    "CONTRADICTION_WINDOW",
    "INVITING",
    "Agenda",
    "AgendaConsultation",
    "AgendaItem",
    "AgendaState",
    "AgendaStep",
    "Answer",
    "Attendee",
    "CalendarReply",
    "CalendarReplyOutcome",
    "Channel",
    "FocusArea",
    "Group",
    "HowConsulted",
    "Invitation",
    "Invitee",
    "LetterKind",
    "LetterToRead",
    "Meeting",
    "MeetingLetter",
    "MeetingState",
    "MeetingStep",
    "Need",
    "PlannedMailing",
    "PlannedState",
    "PlannedStep",
    "Purpose",
    "Reply",
    "Round",
    "RoundPurpose",
    "SubstituteRequest",
    "TimeAndPlace",
    "Wording",
]
