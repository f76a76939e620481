"""What a task is, and what a kind of task needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from dialog_portal.access.models import User
from meetings.models import Meeting


@dataclass(frozen=True)
class Task:
    """One thing to do: a verb, what it is about, why, and until when.

    `letters` is more than nought when it is about letters that need a person; the highest come first of all.
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
    """A kind of task: who may see the page it is about, and who may take the step."""

    find: FindTasks
    page: str
    step: str


def meeting_url(name: str, meeting: Meeting | int) -> str:
    return reverse(name, args=[meeting if isinstance(meeting, int) else meeting.pk])
