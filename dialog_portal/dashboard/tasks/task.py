"""The data of one task and of one kind of task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from dialog_portal.access.models import User
from meetings.models import Meeting


@dataclass(frozen=True)
class Task:
    """One thing to do: a verb, what it is about, its page, why, and until when.

    `letters` sorts tasks about letters before all others, the highest number first: 2 for letters to send after a
    change, 1 for letters that need a person, 0 for everything else.
    """

    verb: str
    about: str
    url: str
    why: str
    due: datetime | None = None
    mine: bool = True
    late: bool = False
    letters: int = 0


FindTasks = Callable[[User, datetime], Iterator[Task]]


@dataclass(frozen=True)
class TaskKind:
    """A kind of task: the function that finds its tasks, and the view names of its page and of the step to take.

    Who sees the task may see the page, and whose task it is may take the step, by the permission table.
    """

    find: FindTasks
    page: str
    step: str


def meeting_url(name: str, meeting: Meeting | int) -> str:
    """Return the address of a page about a meeting, given as a row or as a primary key."""
    return reverse(name, args=[meeting if isinstance(meeting, int) else meeting.pk])
