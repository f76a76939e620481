"""Staff pages of categories and their cadences: list, add, change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from dialog_portal.base.swedish import swedish
from parties.actions.parties import add_category, change_category
from parties.forms.category import CadenceFormSet, CategoryForm
from parties.models import Category, in_year
from parties.views.saving import submit_forms


def category_list(request: HttpRequest) -> HttpResponse:
    """List the categories with their cadences and number of parties this year."""
    year = timezone.localdate().year
    members = Count("memberships__party", filter=in_year(year, "memberships__"), distinct=True)
    categories = Category.objects.annotate(members=members).order_by("position", swedish("name"))
    categories = categories.prefetch_related("cadences")
    return render(request, "staff/parties/category_list.html", {"categories": categories, "year": year})


def category_add(request: HttpRequest) -> HttpResponse:
    last = Category.objects.aggregate(last=Max("position"))["last"] or 0
    initial = {"position": last + 1, "from_year": timezone.localdate().year}
    form = CategoryForm(request.POST or None, initial=initial)
    return category_page(request, form, "staff/parties/category_add.html")


def category_change(request: HttpRequest, pk: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=pk)
    form = CategoryForm(request.POST or None, instance=category)
    return category_page(request, form, "staff/parties/category_change.html", heading=category.name)


def category_page(request: HttpRequest, form: CategoryForm, template: str, **more: Any) -> HttpResponse:
    """Show the form of a category with its cadences, or save both together."""
    cadences: Any = CadenceFormSet(request.POST or None, instance=form.instance)

    def save() -> Category:
        rows, removed = cadences.changes()
        if form.instance.pk is None:
            return add_category(form.values, cadences=rows, by=request.user)
        return change_category(
            form.instance,
            form.values,
            cadences=rows,
            removed=removed,
            seen_version=form.seen_version,
            by=request.user,
        )

    if category := submit_forms(request, form, cadences, save=save):
        messages.success(request, f"Kategorin {category} är sparad.")
        return redirect("staff:category_list")
    if form.has_error(NON_FIELD_ERRORS, "conflict") and not cadences.has_changed():
        cadences = CadenceFormSet(instance=form.instance)  # as somebody else has saved them
    return render(request, template, {"form": form, "cadences": cadences, **more})
