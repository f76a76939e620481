"""A meeting's progress: the chain of states as it is drawn, and the counts of people invited, answered and coming."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from meetings.mailings.letters.recipients import with_invitation
from meetings.models import Answer, Invitee, Meeting, MeetingState, MeetingStep
from meetings.replies.guest_list import count_waiting

STATE_ORDER = (MeetingState.PLANNED, MeetingState.ANNOUNCED, MeetingState.INVITED, MeetingState.HELD)


@dataclass(frozen=True)
class Stage:
    """One state of the chain as it is drawn: `status` is "done", "now" or "todo", `at` is when it was reached."""

    state: MeetingState
    status: str
    at: datetime | None = None

    @property
    def label(self) -> str:
        return str(self.state.label)


def state_chain(
    meeting: Meeting, steps: Iterable[MeetingStep] = (), *, has_minutes: bool = False
) -> list[Stage]:
    """Return the states to draw for a meeting, without a skipped "announced".

    A cancelled meeting shows the states that it reached, then "cancelled". When notes have been begun (`has_minutes`),
    "held" is done and no longer now.
    """
    reached = {row.after: row.at for row in steps if row.after != row.before}
    now = MeetingState(meeting.state)
    if now == MeetingState.CANCELLED:
        past = [Stage(state, "done", reached[state]) for state in STATE_ORDER if state in reached]
        return [*past, Stage(now, "now", reached.get(now))]
    at = STATE_ORDER.index(now)
    past = [
        Stage(s, "done", reached.get(s))
        for s in STATE_ORDER[:at]
        if s in reached or s != MeetingState.ANNOUNCED
    ]
    ahead = [Stage(state, "todo") for state in STATE_ORDER[at + 1 :]]
    return [*past, Stage(now, "done" if has_minutes else "now", reached.get(now)), *ahead]


def annotate_answer_counts(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Annotate how many people are `listed`, and of them `asked`, `answered` and `coming`.

    Asked are those who are invited or have answered anyway; coming are those who said yes, seat or not.
    """
    people: Any = Invitee.objects.active().with_answer().filter(meeting=OuterRef("pk")).order_by()
    answered = Q(current_answer__isnull=False)
    return meetings.annotate(
        listed=_count_per_meeting(people),
        asked=_count_per_meeting(with_invitation(people).filter(answered | Q(is_invited=True))),
        answered=_count_per_meeting(people.filter(answered)),
        coming=_count_per_meeting(people.filter(current_answer=Answer.YES)),
    )


def subtract_waiting_list(meetings: Iterable[Meeting]) -> None:
    """Reduce `coming` by the waiting list, so that it counts people with a seat; for `annotate_answer_counts` rows."""
    rows: list[Any] = list(meetings)
    queue = count_waiting(rows)
    for row in rows:
        row.coming -= queue[row.pk]


def _count_per_meeting(people: QuerySet[Invitee]) -> Coalesce:
    return Coalesce(Subquery(people.values("meeting").annotate(number=Count("pk")).values("number")), 0)
