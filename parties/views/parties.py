"""Staff pages of parties: add, change, rename, end, reopen, and their memberships of categories."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import day
from parties.actions import parties as actions
from parties.forms.party import MembershipForm, PartyEndForm, PartyForm, PartyRenameForm
from parties.models import Membership, Party
from parties.views.saving import submit_forms


def party_add(request: HttpRequest) -> HttpResponse:
    form = PartyForm(request.POST or None)
    if party := submit_forms(request, form, save=lambda: actions.add_party(form.values, by=request.user)):
        messages.success(request, f"{party} finns nu i registret. Lägg till kategori och uppdrag.")
        return redirect("staff:party_detail", party.pk)
    return render(request, "staff/parties/party_add.html", {"form": form})


def party_change(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=pk)
    form = PartyForm(request.POST or None, instance=party)

    def save() -> Party:
        return actions.change_party(party, form.values, seen_version=form.seen_version, by=request.user)

    if submit_forms(request, form, save=save):
        messages.success(request, f"{party} är ändrad.")
        return redirect("staff:party_detail", pk)
    return render(request, "staff/parties/party_change.html", {"form": form, "party": stored_party(party)})


def party_rename(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=pk)
    form = PartyRenameForm(request.POST or None, instance=party)

    def save() -> Party:
        since = form.cleaned_data["since"]
        return actions.rename_party(
            party, since=since, seen_version=form.seen_version, by=request.user, **form.values
        )

    if submit_forms(request, form, save=save):
        messages.success(
            request, f"Parten heter nu {party}. Det tidigare namnet står kvar i äldre anteckningar."
        )
        return redirect("staff:party_detail", pk)
    return render(request, "staff/parties/party_rename.html", {"form": form, "party": stored_party(party)})


def party_end(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=pk)
    form = PartyEndForm(request.POST or None, instance=party)

    def save() -> Party:
        ended = form.cleaned_data["ended"]
        return actions.end_party(party, on=ended, seen_version=form.seen_version, by=request.user)

    if submit_forms(request, form, save=save):
        verb = "upphörde" if form.cleaned_data["ended"] <= timezone.localdate() else "upphör"
        messages.success(
            request, f"{party} {verb} {day(form.cleaned_data['ended'])}. Du kan återuppta parten här."
        )
        return redirect("staff:party_detail", pk)
    return render(request, "staff/parties/party_end.html", {"form": form, "party": stored_party(party)})


@require_POST
def party_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=pk)
    try:
        actions.reopen_party(party, by=request.user)
        messages.success(request, f"{party} är aktiv igen.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:party_detail", pk)


def membership_add(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=pk)
    initial = {"from_year": timezone.localdate().year}
    form = MembershipForm(request.POST or None, instance=Membership(party=party), initial=initial)

    def save() -> Membership:
        return actions.add_membership(form.instance, by=request.user)

    if membership := submit_forms(request, form, save=save):
        messages.success(request, f"{party} hör nu till {membership.category} {membership.years}.")
        return redirect("staff:party_detail", pk)
    return render(request, "staff/parties/membership_add.html", {"form": form, "party": party})


def membership_change(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("party", "category"), pk=pk)
    party = membership.party
    form = MembershipForm(request.POST or None, instance=membership)

    def save() -> Membership:
        return actions.change_membership(
            membership, form.values, seen_version=form.seen_version, by=request.user
        )

    if saved := submit_forms(request, form, save=save):
        messages.success(request, f"{party} hör till {saved.category} {saved.years}.")
        return redirect("staff:party_detail", party.pk)
    return render(request, "staff/parties/membership_change.html", {"form": form, "party": party})


def stored_party(party: Party) -> Party:
    """Return the stored party, for headings: validating a form writes what was typed into its own copy."""
    return Party.objects.get(pk=party.pk)
