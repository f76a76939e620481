"""Staff page: publish the notes."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.outcome_message import run_with_message
from minutes.approval import actions
from minutes.compile_document import notes_address
from minutes.models import Minutes, MinutesState
from minutes.protected_people.actions import protected_people_in
from minutes.publishing import actions as publishing


def minutes_publish(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what will be public and at which address; the button publishes it."""
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    if request.method == "POST":
        run_with_message(
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
        "is_not_author": actions.is_not_author(row, request.user),
        "protected": protected_people_in(approval.rendering),
        "frozen": json.loads(approval.rendering.json),
    }
    return render(request, "staff/minutes/publish.html", context)
