"""Staff pages: change a person's link, and correct the address that it goes to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from meetings.invitations.actions.change_address import change_address
from meetings.invitations.actions.change_link import change_link
from meetings.invitations.forms import ChangeAddress, ChangeLink
from meetings.models import Invitee


def find_invitee(pk: int) -> Invitee:
    """Return somebody who is on a list, or raise 404."""
    found = Invitee.objects.active().select_related("meeting", "invitation__party", "link")
    return get_object_or_404(found, pk=pk)


def link_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Explain what happens, and ask whether the new link is sent at once."""
    invitee = find_invitee(pk)
    form = ChangeLink(request.POST if request.method == "POST" else None, invitee=invitee)
    if request.method == "POST" and form.is_valid():
        tell = form.cleaned_data["tell"]
        try:
            sent = change_link(invitee, tell=tell, by=request.user)
            messages.success(
                request, f"Den gamla länken är stängd. {new_link_sentence(invitee, tell=tell, sent=sent)}"
            )
            return redirect("staff:invitations", invitee.meeting_id)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "meeting": invitee.meeting, "invitee": invitee}
    return render(request, "staff/invitations/link.html", context)


def new_link_sentence(invitee: Invitee, *, tell: bool, sent: bool) -> str:
    """Return a Swedish sentence about when the person gets the new link."""
    if sent:
        return f"En ny skickas till {invitee.email}."
    now = "" if tell else " Vill du skicka den nu, välj Byt länk igen."
    return f"{invitee} får en ny i nästa brev.{now}"


def address_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct the address of a guest or a substitute; redirect to the register for somebody who is in it."""
    invitee = find_invitee(pk)
    if invitee.person_id:
        return redirect("staff:person_change", invitee.person_id)
    form = ChangeAddress(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = change_address(invitee, form.cleaned_data["email"], by=request.user)
            messages.success(request, " ".join([f"Adressen till {invitee} är rättad.", *said]))
            return redirect("staff:invitations", invitee.meeting_id)
        except NotAllowed as refusal:
            form.add_error("email", str(refusal))
    context = {"form": form, "meeting": invitee.meeting, "invitee": invitee}
    return render(request, "staff/invitations/address.html", context)
