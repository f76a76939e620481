"""The letter that tells the owner of a report about it. What the reader wrote is text in it, whatever it looks like."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Priority
from dialog_portal.outbox.render import render
from minutes.models import AccessibilityReport

PURPOSE = "tillganglighet"
LETTER_LIFE = timedelta(days=14)


def report_letter(report: AccessibilityReport) -> Draft:
    """Return the letter about a report, to its owner or else to the shared mailbox; a reply goes to the reader."""
    owner = report.owner
    context = {
        "report": report,
        "name": owner.name if owner else settings.MAIL_FROM_NAME,
        "button_text": "Öppna synpunkten",
        "button_url": settings.BASE_URL + reverse("staff:accessibility_report", args=[report.pk]),
        "signed_by": "Dialogportalen",
    }
    rendered = render("accessibility_report", context)
    return Draft(
        key=f"{PURPOSE}:{report.pk}",
        purpose=PURPOSE,
        campaign="",
        name=owner.name if owner else "",
        address=owner.email if owner else settings.MAIL_REPLY_TO,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=report.received_at + LETTER_LIFE,
        priority=Priority.URGENT,
        reply_to=report.email,
    )
