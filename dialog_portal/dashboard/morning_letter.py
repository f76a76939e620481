"""The morning letter: what is new and due for one person, weekly unless they choose otherwise, and never an empty one.

Each person's row says which day's letter was written last, so running this twice, late or in two processes at once
writes nothing twice, and a Monday without a worker is made good on Tuesday.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.audit_events import AccessEvent
from dialog_portal.access.models import MorningLetter, User
from dialog_portal.base.audit import record
from dialog_portal.dashboard.news import LAST_WORKING_DAY, news_for
from dialog_portal.dashboard.tasks import own_tasks
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Priority
from dialog_portal.outbox.queue.post import post
from dialog_portal.outbox.render import render
from meetings.models import Meeting

log = logging.getLogger(__name__)
PURPOSE = "morning"
FIRST_HOUR = 7  # o'clock in Stockholm, from when letters are written
ROWS_SHOWN = 20  # of each kind in a letter
COMING_FOR = timedelta(days=14)  # meetings so far ahead are in it
LONGEST_NEWS = timedelta(days=14)  # news are not older, however long ago the last letter was


def write_morning_letters() -> int:
    """Write the letters of this morning that are not written yet. Return their number.

    One that cannot be written stops none of the others; what failed is raised last.
    """
    now = timezone.now()
    today = timezone.localtime(now)
    if today.hour < FIRST_HOUR or today.weekday() > LAST_WORKING_DAY:
        return 0
    written, failures = 0, []
    for pk in list(User.objects.filter(is_due(today.date())).values_list("pk", flat=True)):
        try:
            written += write_letter(pk, now)
        except Exception as error:  # noqa: BLE001 raised below, when the others have had their turn
            failures.append(error)
    if failures:
        raise ExceptionGroup("morning letters could not be written", failures)
    return written


def is_due(today: date) -> Q:
    """Return a condition on accounts: no letter has been considered today, or this week, as they have chosen.

    An account that is new begins with the next letter.
    """
    monday = today - timedelta(days=today.weekday())
    daily = Q(morning_letter=MorningLetter.DAILY, morning_letter_on__lt=today)
    weekly = Q(morning_letter=MorningLetter.WEEKLY, morning_letter_on__lt=monday)
    return Q(is_active=True) & (daily | weekly | Q(morning_letter_on=None))


@transaction.atomic
def write_letter(pk: int, now: datetime) -> int:
    """Write one person's letter if there is anything to say. Return the number of letters, 0 or 1."""
    today = timezone.localdate(now)
    user = User.objects.select_for_update().filter(is_due(today), pk=pk).first()
    if user is None:
        return 0
    last, user.morning_letter_on = user.morning_letter_on, today
    user.save(update_fields=["morning_letter_on"])
    context = letter_context(user, now, last) if last else None
    if context is None:
        return 0
    try:
        return int(post(morning_draft(user, context, now))[1])
    except ValidationError as error:  # an address that no letter can be sent to
        log.warning("no morning letter can be written to account %s: %s", pk, error.messages[0])
        return 0


def letter_context(user: User, now: datetime, last: date) -> dict[str, Any] | None:
    """Return what the letter says, None when nothing is due, or new since the day of the last letter."""
    since = timezone.make_aware(datetime.combine(max(last, timezone.localdate(now) - LONGEST_NEWS), time()))
    tasks, news = own_tasks(user, now), news_for(user, since)
    if not tasks and not news:
        return None
    coming = Meeting.objects.coming().filter(officer=user, starts_at__lt=now + COMING_FOR)
    return {
        "user": user,
        "weekly": user.morning_letter == MorningLetter.WEEKLY,
        "since": since,
        "tasks": tasks[:ROWS_SHOWN],
        "more_tasks": max(len(tasks) - ROWS_SHOWN, 0),
        "number": len(tasks),
        "news": news[:ROWS_SHOWN],
        "more_news": max(len(news) - ROWS_SHOWN, 0),
        "coming": coming[:ROWS_SHOWN],
    }


def morning_draft(user: User, context: dict[str, Any], now: datetime) -> Draft:
    """Return the letter; its key allows one a day."""
    links = {
        "base": settings.BASE_URL,
        "button_text": "Öppna startsidan",
        "button_url": settings.BASE_URL + reverse("staff:start"),
        "choose_url": settings.BASE_URL + reverse("staff:morning_letter"),
    }
    rendered = render("morning", {**links, **context})
    return Draft(
        key=f"{PURPOSE}:{user.pk}:{timezone.localdate(now)}",
        purpose=PURPOSE,
        campaign="",
        name=user.name,
        address=user.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=now + timedelta(days=1),
        priority=Priority.BULK,
    )


@transaction.atomic
def choose_morning_letter(user: User, choice: str) -> None:
    """Store how often a person wants the letter. The next one follows the new choice."""
    User.objects.filter(pk=user.pk).update(morning_letter=choice)
    record(user, AccessEvent.MORNING_LETTER_CHOSEN, user, choice=choice)
