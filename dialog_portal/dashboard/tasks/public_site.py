"""Tasks about the public site: texts to publish, an old statement, and reports to answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.swedish import day
from dialog_portal.dashboard.tasks.task import Task
from minutes.models import AccessibilityReport, TextKind, TextRevision
from minutes.models.public_text import WORDS
from minutes.public_texts.actions import OWN_WORDS, wrote_since_publication
from minutes.publishing.texts import public_content

STATEMENT_LIFE = timedelta(days=365)  # how old an assessment of accessibility may be


def texts_to_publish(user: User, now: datetime) -> Iterator[Task]:
    """Yield the texts whose newest version waits to be published. Who has written in them may not publish them."""
    waiting = TextRevision.objects.filter(number=F("text__version"), published_at__isnull=True)
    rows = list(waiting.select_related("text__round", "by").order_by("pk"))
    own = wrote_since_publication(user) if rows else set()
    for row in rows:
        why = OWN_WORDS if row.text_id in own else f"{row.by} skrev ett utkast {day(row.at)}."
        url = reverse("staff:public_text", args=[row.text.word])
        yield Task("Läs och publicera", str(row.text), url, why, mine=row.text_id not in own, meeting=None)


def statement_to_renew(user: User, now: datetime) -> Iterator[Task]:
    """Yield the accessibility statement when the assessment that the public reads is older than STATEMENT_LIFE."""
    assessed = public_content(TextKind.ACCESSIBILITY)["assessed_on"]
    if assessed < timezone.localdate(now) - STATEMENT_LIFE:
        url = reverse("staff:public_text", args=[WORDS[TextKind.ACCESSIBILITY]])
        why = f"Bedömningen gjordes {day(assessed)}."
        yield Task("Gå igenom", "tillgänglighetsredogörelsen", url, why, meeting=None)


def reports_to_answer(user: User, now: datetime) -> Iterator[Task]:
    """Yield the reports about accessibility that nobody has answered; those with an owner are the owner's."""
    for row in AccessibilityReport.objects.unanswered().select_related("owner").order_by("answer_by", "pk"):
        url = reverse("staff:accessibility_report", args=[row.pk])
        end_of_day = timezone.make_aware(datetime.combine(row.answer_by, datetime.max.time()))
        why = f"Svara senast {day(row.answer_by)}."
        mine = row.owner is None or row.owner == user
        yield Task(
            "Svara på en synpunkt",
            "tillgänglighet",
            url,
            why,
            end_of_day,
            mine=mine,
            meeting=None,
            belongs_to=row.owner_id,
        )
