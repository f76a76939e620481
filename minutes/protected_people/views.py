"""Staff page: a protected person's name in a published edition, and what was done about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from minutes.models import ProtectedName
from minutes.protected_people import actions
from minutes.protected_people.forms import DealtWithForm


def protected_name(request: StaffRequest, pk: int) -> HttpResponse:
    """Say which edition names whom and what can be done, and take down what was done."""
    rows = ProtectedName.objects.select_related("edition__minutes__meeting__round", "person", "dealt_with_by")
    row = get_object_or_404(rows, pk=pk)
    form = DealtWithForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.note_as_dealt_with(row, form.cleaned_data["how"], by=request.user)
            messages.success(request, "Det du skrev är sparat, och uppgiften är borta från startsidan.")
            return redirect("staff:minutes", row.edition.minutes.meeting_id)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    newest = row.edition.minutes.editions.last()
    context = {
        "row": row,
        "meeting": row.edition.minutes.meeting,
        "minutes": row.edition.minutes,
        "is_newest": newest is not None and newest.pk == row.edition_id,
        "form": form,
    }
    return render(request, "staff/minutes/protected_name.html", context)
