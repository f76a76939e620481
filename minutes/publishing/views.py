"""Staff pages: publish the notes."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from dialog_portal.access.staff_request import StaffRequest
from minutes.approval import actions
from minutes.compile_document import notes_address
from minutes.models import MinutesState
from minutes.publishing import actions as publishing
from minutes.writing.views import attempt, find_minutes


def minutes_publish(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows what becomes public and where; the button publishes it."""
    row = find_minutes(pk)
    if request.method == "POST":
        attempt(
            request,
            lambda: publishing.publish(row, by=request.user),
            "Anteckningarna är publicerade på webbplatsen.",
        )
        return redirect("staff:minutes", pk)
    if row.state != MinutesState.DISTRIBUTED:
        messages.error(request, f"Anteckningarna är {row.get_state_display()} och kan inte publiceras nu.")
        return redirect("staff:minutes", pk)
    approval = row.approvals.filter(voided_at__isnull=True).select_related("by", "rendering").first()
    if approval is None:
        raise Http404
    context = {
        "minutes": row,
        "meeting": row.meeting,
        "approval": approval,
        "address": notes_address(row.meeting),
        "others_wrote": actions.may_approve(row, request.user),
        "frozen": json.loads(approval.rendering.json),
    }
    return render(request, "staff/minutes/publish.html", context)
