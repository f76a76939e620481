"""How far a meeting has come, and what its list shows about answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from meetings.models import Answer, Invitee, Meeting, MeetingState, MeetingStep
from meetings.replies.guest_list import count_waiting

ORDER = (MeetingState.PLANNED, MeetingState.ANNOUNCED, MeetingState.INVITED, MeetingState.HELD)


@dataclass(frozen=True)
class Stage:
    """One step of the chain as it is drawn: `status` is done, now or todo."""

    state: MeetingState
    status: str
    at: datetime | None = None

    @property
    def label(self) -> str:
        return str(self.state.label)


def chain(meeting: Meeting, steps: Iterable[MeetingStep] = (), *, noted: bool = False) -> list[Stage]:
    """The meeting's part of the chain, without what was skipped or what a cancelled meeting never reaches.

    `noted` says that the notes have begun, so that being held is behind and not now.
    """
    reached = {row.after: row.at for row in steps if row.after != row.before}
    now = MeetingState(meeting.state)
    if now == MeetingState.CANCELLED:
        past = [Stage(state, "done", reached[state]) for state in ORDER if state in reached]
        return [*past, Stage(now, "now", reached.get(now))]
    at = ORDER.index(now)
    past = [
        Stage(s, "done", reached.get(s)) for s in ORDER[:at] if s in reached or s != MeetingState.ANNOUNCED
    ]
    ahead = [Stage(state, "todo") for state in ORDER[at + 1 :]]
    return [*past, Stage(now, "done" if noted else "now", reached.get(now)), *ahead]


def with_answers(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Annotates how many people are asked, how many have answered and how many said that they come."""
    asked: Any = Invitee.objects.active().with_answer().filter(meeting=OuterRef("pk")).order_by()
    return meetings.annotate(
        asked=_number(asked),
        answered=_number(asked.filter(current_answer__isnull=False)),
        coming=_number(asked.filter(current_answer=Answer.YES)),
    )


def without_queue(meetings: Iterable[Meeting]) -> None:
    """Lets `coming` count only those who have a seat, for meetings from `with_answers`."""
    rows: list[Any] = list(meetings)
    queue = count_waiting(rows)
    for row in rows:
        row.coming -= queue[row.pk]


def _number(people: QuerySet[Invitee]) -> Coalesce:
    return Coalesce(Subquery(people.values("meeting").annotate(number=Count("pk")).values("number")), 0)
