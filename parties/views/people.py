"""Staff pages of a person: show and change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from parties.actions.mandates import PersonChange, change_person
from parties.forms.mandate import PersonForm
from parties.models import Person
from parties.views.saving import submit_forms


def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person with present and past mandates."""
    person = get_object_or_404(Person, pk=pk)
    mandates = person.mandates.select_related("party")
    context = {
        "person": person,
        "mandates": mandates.not_over().order_by("from_date", "pk"),
        "past": mandates.past(),
        "letters": mandates.invited().count(),
    }
    return render(request, "staff/parties/person.html", context)


def person_change(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    mandates = person.mandates.current().select_related("party")
    form = PersonForm(request.POST or None, instance=person)

    def save() -> PersonChange:
        return change_person(person, form.values, seen_version=form.seen_version, by=request.user)

    if change := submit_forms(request, form, save=save):
        said = [f"Uppgifterna om {change.person} är ändrade.", *change.consequences]
        messages.success(request, " ".join(said))
        return redirect("staff:person_detail", pk)
    context = {"form": form, "person": Person.objects.get(pk=pk), "mandates": mandates}
    return render(request, "staff/parties/person_change.html", context)
