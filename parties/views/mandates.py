"""Staff pages of mandates: add, change, end with or without a successor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dialog_portal.base.swedish import day
from parties.actions import mandates as actions
from parties.forms.mandate import HolderForm, MandateEndForm, MandateForm, SuccessorForm
from parties.forms.register import PersonSearch
from parties.models import Mandate, Party, Person
from parties.views.saving import submit_forms


def mandate_add(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=pk)
    who = HolderForm(request.POST or None, prefix="holder", chosen=chosen_person(request))
    form = MandateForm(request.POST or None, instance=Mandate(party=party))

    def save() -> Mandate:
        return actions.add_mandate(form.instance, person=who.holder, by=request.user)

    if mandate := submit_forms(request, form, who, save=save):
        messages.success(request, f"{mandate.person} är nu {mandate.label} i {party}.")
        return redirect("staff:party_detail", pk)
    context = {"form": form, "who": who, "party": party, "search": person_search(request)}
    return render(request, "staff/parties/mandate_add.html", context)


def mandate_change(request: HttpRequest, pk: int) -> HttpResponse:
    mandate = get_object_or_404(Mandate.objects.select_related("party", "person"), pk=pk)
    form = MandateForm(request.POST or None, instance=mandate)

    def save() -> Mandate:
        return actions.change_mandate(mandate, form.values, seen_version=form.seen_version, by=request.user)

    if submit_forms(request, form, save=save):
        messages.success(request, f"Uppdraget för {mandate.person} är ändrat.")
        return redirect("staff:party_detail", mandate.party_id)
    return render(request, "staff/parties/mandate_change.html", {"form": form, "mandate": mandate})


def mandate_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a mandate: the last day, and the successor if there is one. Both are saved or neither."""
    mandate = get_object_or_404(Mandate.objects.select_related("party", "person"), pk=pk)
    if mandate.to_date and not request.POST:
        messages.info(request, f"Uppdraget slutar {day(mandate.to_date)}. Välj Ändra för att flytta slutet.")
        return redirect("staff:party_detail", mandate.party_id)
    form = MandateEndForm(request.POST or None, instance=mandate)
    who, post = successor_forms(request, mandate)

    def save() -> Mandate:
        return actions.end_mandate(
            mandate,
            last_day=form.cleaned_data["to_date"],
            seen_version=form.seen_version,
            successor=post.instance if post.is_bound else None,
            person=who.holder if post.is_bound else None,
            by=request.user,
        )

    if submit_forms(request, form, who, *[post] * post.is_bound, save=save):
        follower = f" {post.instance.person} tar över." if post.is_bound else ""
        ended = day(form.cleaned_data["to_date"])
        messages.success(request, f"Uppdraget för {mandate.person} slutar {ended}.{follower}")
        return redirect("staff:party_detail", mandate.party_id)
    context = {"form": form, "who": who, "post": post, "mandate": mandate, "search": person_search(request)}
    return render(request, "staff/parties/mandate_end.html", context)


def successor_forms(request: HttpRequest, mandate: Mandate) -> tuple[HolderForm, SuccessorForm]:
    """Return the forms for the successor and their mandate. The mandate is read only if a successor was named."""
    who = HolderForm(request.POST or None, prefix="holder", chosen=chosen_person(request), needed=False)
    initial = {"title": mandate.title, "coordinator": mandate.coordinator}
    fresh = Mandate(party=mandate.party)
    named = request.POST if who.is_filled_in else None
    return who, SuccessorForm(named, instance=fresh, prefix="next", initial=initial)


def person_search(request: HttpRequest) -> PersonSearch:
    return PersonSearch(request.GET or None)


def chosen_person(request: HttpRequest) -> Person | None:
    """Return the person chosen from the register, by `?person=` or by the button of the form; None if nobody was."""
    pk = request.POST.get("holder-person") or request.GET.get("person", "")
    return Person.objects.filter(pk=pk).first() if pk.isascii() and pk.isdecimal() else None
