"""Staff page: preview the letters with the approved notes, and send them to the participants."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count
from meetings.mailings.views.preview import why_waiting
from meetings.models import Purpose
from minutes.approval import actions
from minutes.distribution import actions as distributing
from minutes.models import Minutes


def minutes_distribute(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the letter and its recipients; the button sends it."""
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    try:
        if request.method == "POST":
            return send_distribution(request, row)
        approval = actions.valid_approval(row)
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


def send_distribution(request: StaffRequest, row: Minutes) -> HttpResponse:
    """Queue the letters and redirect to their progress page, or to the notes when there was no recipient."""
    previewed, nobody = request.POST.get("previewed", ""), "nobody" in request.POST
    number = distributing.distribute(row, previewed=previewed, nobody=nobody, by=request.user)
    if not number:
        messages.success(request, "Anteckningarna räknas som utskickade. Inget brev skickades.")
        return redirect("staff:minutes", row.meeting_id)
    written = f"{count(number, 'brev ligger,brev ligger')} i utkorgen"
    if why := why_waiting(row.meeting):
        messages.warning(request, f"{written}. {why}")
    else:
        messages.success(request, f"{written} och skickas nu.")
    return redirect("staff:letters_progress", row.meeting_id, Purpose.DISTRIBUTION)
