"""The automatic reminders on the staff's page, and the switch that stops and resumes them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from meetings.mailings.actions import reminder_schedule
from meetings.mailings.actions.due_reminders import waits_for_mailbox
from meetings.models import Meeting, PlannedMailing


def planned_reminders(meeting: Meeting) -> list[dict[str, object]]:
    """Return each planned reminder with its last step, whether it lies ahead, and whether it waits for the mailbox."""
    rows = meeting.planned.prefetch_related("steps__by")
    return [
        {
            "row": row,
            "last": list(row.steps.all())[-1:],
            "ahead": row.due_at > timezone.now(),
            "waits_for_mailbox": row.due_at <= timezone.now() and waits_for_mailbox(row),
        }
        for row in rows
    ]


@require_POST
def planned_switch(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop an automatic reminder, or resume it."""
    row = get_object_or_404(PlannedMailing, pk=pk)
    go = request.POST.get("to") == "resume"
    try:
        row = (reminder_schedule.resume_reminder if go else reminder_schedule.stop_reminder)(
            row, by=request.user
        )
        messages.success(
            request,
            f"{row} skickas automatiskt." if go else f"{row} är stoppad och skickas inte automatiskt.",
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", row.meeting_id)
