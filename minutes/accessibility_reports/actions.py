"""Actions on reports about accessibility: receive one from a reader, note that it has been answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.queue.post import post
from minutes.accessibility_reports.letters import report_letter
from minutes.audit_events import MinutesEvent
from minutes.models import AccessibilityReport, TextKind
from minutes.publishing.texts import public_content


@transaction.atomic
def receive_report(values: dict[str, Any]) -> AccessibilityReport:
    """Store a report together with the letter to its owner; both and the time to answer come from the statement."""
    statement, now = public_content(TextKind.ACCESSIBILITY), timezone.now()
    report = AccessibilityReport.objects.create(
        **values,
        received_at=now,
        answer_by=timezone.localdate(now) + timedelta(days=statement["answer_days"]),
        owner=User.objects.filter(pk=statement.get("owner") or 0, is_active=True).first(),
    )
    post(report_letter(report))
    return report


@transaction.atomic
def answer_report(report: AccessibilityReport, answer: str, *, by: User) -> AccessibilityReport:
    """Note that somebody has answered a report, and what. Raise NotAllowed if that is noted already."""
    stored = AccessibilityReport.objects.select_for_update().get(pk=report.pk)
    if stored.answered_at:
        raise NotAllowed("Någon har redan noterat ett svar på synpunkten.")
    stored.answered_at, stored.answered_by, stored.answer = timezone.now(), by, answer
    stored.save(update_fields=["answered_at", "answered_by", "answer"])
    record(by, MinutesEvent.REPORT_ANSWERED, stored)
    return stored
