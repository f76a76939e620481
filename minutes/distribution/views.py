"""Staff pages: mail the approved notes to the participants."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count
from meetings.models import Purpose
from minutes.approval import actions
from minutes.distribution import actions as distributing
from minutes.models import Minutes
from minutes.writing.views import find_minutes


def minutes_distribute(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows the letter and to how many it goes; the button sends it."""
    row = find_minutes(pk)
    try:
        if request.method == "POST":
            return distributed(request, row)
        approval = actions.standing_approval(row)
        pairs = distributing.distribution_letters(row, approval)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:minutes", pk)
    context = {
        "minutes": row,
        "meeting": row.meeting,
        "pairs": pairs,
        "approval": approval,
        "without": row.meeting.attendees.filter(attended=True, email=""),
    }
    return render(request, "staff/minutes/distribute.html", context)


def distributed(request: StaffRequest, row: Minutes) -> HttpResponse:
    """Send, and on to the letters leaving; back to the notes when there was nobody to write to."""
    previewed, nobody = request.POST.get("previewed", ""), "nobody" in request.POST
    number = distributing.distribute(row, previewed=previewed, nobody=nobody, by=request.user)
    if not number:
        messages.success(request, "Anteckningarna räknas som utskickade. Inget brev skickades.")
        return redirect("staff:minutes", row.meeting_id)
    messages.success(request, f"{count(number, 'brev ligger,brev ligger')} i utkorgen och skickas nu.")
    return redirect("staff:letters_progress", row.meeting_id, Purpose.DISTRIBUTION)
