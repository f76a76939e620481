"""The data of one task and of one kind of task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from dialog_portal.access.models import User
from meetings.models import Meeting


@dataclass(frozen=True)
class Task:
    """One thing to do: a verb, what it is about, its page, why, and until when.

    `letters` sorts tasks about letters before all others, the highest number first: 2 for letters to send after a
    change, 1 for letters that need a person, 0 for everything else. `meeting` is the primary key of the meeting that it
    is about, None when it is about none: by it a task finds the officer who has the meeting, `officer`. `belongs_to` is
    the officer whose task it is; None means everybody's whose role may do it.
    """

    verb: str
    about: str
    url: str
    why: str
    due: datetime | None = None
    mine: bool = True
    late: bool = False
    letters: int = 0
    meeting: int | None = field(kw_only=True)
    roles: frozenset[str] = frozenset()  # of officers whose own task it is, set by the kind
    officer: User | None = None
    belongs_to: int | None = None


FindTasks = Callable[[User, datetime], Iterator[Task]]


@dataclass(frozen=True)
class TaskKind:
    """A kind of task: the function that finds its tasks, and the view names of its page and of the step to take.

    Who sees the task may see the page, and whose task it is may take the step, by the permission table. It is the task
    of the meeting's officer, when they may take the step; not so with `four_eyes`, where it takes another person.
    """

    find: FindTasks
    page: str
    step: str
    four_eyes: bool = False


def meeting_url(name: str, meeting: Meeting | int) -> str:
    """Return the address of a page about a meeting, given as a row or as a primary key."""
    return reverse(name, args=[meeting if isinstance(meeting, int) else meeting.pk])
