"""Staff pages of the register: the list of parties, and the page of a party."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from parties.forms.register import RegisterFilter, count_parties_without_recipients
from parties.models import Party

PARTIES_PER_PAGE = 50


def party_list(request: HttpRequest) -> HttpResponse:
    """List the parties in Swedish alphabetical order, with search, filters and pages."""
    form = RegisterFilter(request.GET)
    parties = form.apply_to(Party.objects.with_register()).in_order()
    context = {
        "form": form,
        "filtered": any(form.cleaned_data.values()),
        "page_obj": Paginator(parties, PARTIES_PER_PAGE).get_page(request.GET.get("page")),
        "without_recipients": count_parties_without_recipients(),
    }
    return render(request, "staff/parties/list.html", context)


def party_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a party with its names, memberships and mandates."""
    party = get_object_or_404(Party.objects.select_related("municipality"), pk=pk)
    mandates = party.mandates.select_related("person")
    context = {
        "party": party,
        "former_names": party.former_names.order_by("-until"),
        "memberships": party.memberships.select_related("category"),
        "mandates": mandates.not_over().order_by("from_date", "pk"),
        "past": mandates.past(),
        "this_year": timezone.localdate().year,
    }
    return render(request, "staff/parties/detail.html", context)
