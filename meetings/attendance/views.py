"""Staff pages: the attendance list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count
from meetings.attendance import actions
from meetings.attendance.forms import AddAttendee
from meetings.models import Meeting
from meetings.replies.views.ledger import count_answers


def attendance(request: StaffRequest, pk: int) -> HttpResponse:
    """Tick who came; ticked from the answers until somebody saves."""
    meeting = get_object_or_404(Meeting.objects.with_names(), pk=pk)
    if request.method == "POST":
        try:
            present, shown = (set(request.POST.getlist(name)) for name in ("present", "shown"))
            came = actions.note_attendance(meeting, present, shown=shown, by=request.user)
            messages.success(request, f"Närvaron är sparad: {count(came, 'person deltog,personer deltog')}.")
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        return redirect("staff:attendance", pk)
    rows = actions.attendance_rows(meeting)
    guests = [row.said for row in rows if row.said]
    context = {
        "meeting": meeting,
        "rows": rows,
        "ticked": ticked_rows(request, rows),
        "came": actions.attendance_numbers(meeting, rows),
        "answers": count_answers(guests),
        "invited": len(guests),
        "noted": meeting.attendees.filter(invitee__isnull=False).exists(),
        "begun": meeting.starts_at <= timezone.now(),
    }
    return render(request, "staff/attendance/list.html", context)


def ticked_rows(request: StaffRequest, rows: list[actions.AttendanceRow]) -> set[str]:
    """Return the keys of the rows to tick: those that attended, with the changes of a form that is given back."""
    changed = set(request.POST.getlist("present")) ^ set(request.POST.getlist("shown"))
    return {row.key for row in rows if row.attended} ^ changed


def attendee_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Add somebody who was not invited by name to the list."""
    meeting = get_object_or_404(Meeting, pk=pk)
    form = AddAttendee(request.POST or None, meeting=meeting)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_attendee(meeting, by=request.user, **form.cleaned_data)
            messages.success(request, f"{form.cleaned_data['name']} står nu på närvarolistan.")
            return redirect("staff:attendance", pk)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "staff/invitations/form.html",
        {"form": form, "meeting": meeting, "heading": "Lägg till en deltagare", "of_attendance": True},
    )
