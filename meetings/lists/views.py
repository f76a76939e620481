"""Staff pages: which lists of a meeting there are, and each of them as a file."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.spreadsheet import file_response
from meetings.lists.sheets import LISTS
from meetings.models import Meeting


def invitation_lists(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the lists that can be fetched."""
    meeting = get_object_or_404(Meeting.objects.with_names(), pk=pk)
    context = {"meeting": meeting, "lists": LISTS.values(), "invited": meeting.invitees.active().count()}
    return render(request, "staff/lists/lists.html", context)


def invitation_list_file(request: StaffRequest, pk: int, file: str) -> HttpResponse:
    """Return a list as a file named for it and its kind: `inbjudna.xlsx`."""
    meeting = get_object_or_404(Meeting, pk=pk)
    name, _, kind = file.partition(".")
    if name not in LISTS:
        raise Http404
    return file_response(LISTS[name].sheet(meeting), kind)
