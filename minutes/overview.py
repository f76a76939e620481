"""The staff's main page (hub) of a meeting's notes: their state, their sections, and what can be done next."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from dialog_portal.access.staff_request import StaffRequest
from meetings.models import Meeting
from minutes.approval import actions
from minutes.approval.authors import authors
from minutes.compile_document import notes_address
from minutes.models import Minutes
from minutes.publishing.site_health import site_health


def minutes_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the notes of a meeting and what can be done next, or an offer to start them when there are none."""
    meeting = get_object_or_404(Meeting.objects.with_names(), pk=pk)
    row = Minutes.objects.of_meeting(pk).first()
    if row is None:
        return render(
            request,
            "staff/minutes/none.html",
            {"meeting": meeting, "begun": meeting.starts_at <= timezone.now()},
        )
    context = {
        "meeting": meeting,
        "minutes": row,
        "sections": row.sections.all(),
        "steps": row.steps.select_related("by"),
        "approval": row.approvals.filter(voided_at__isnull=True).select_related("by").first(),
        "authors": authors(row),
        "is_not_author": actions.is_not_author(row, request.user),
        "editions": row.editions.select_related("by").order_by("-number"),
        "address": notes_address(meeting),
        "site": site_health(),
    }
    return render(request, "staff/minutes/detail.html", context)
