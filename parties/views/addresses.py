"""A category's addresses as a file: who receives its invitations today."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from dialog_portal.base.spreadsheet import Sheet, Value, file_response
from dialog_portal.base.swedish import swedish
from parties.models import Category, Mandate, Party

HEADER = ("Part", "Namn", "Uppdrag", "E-postadress", "Telefon")


def category_addresses(request: HttpRequest, pk: int, file: str) -> HttpResponse:
    """Return the list as `adresser.xlsx` or `adresser.csv`. Its headings are those that an import knows."""
    category = get_object_or_404(Category, pk=pk)
    name, _, kind = file.partition(".")
    if name != "adresser":
        raise Http404
    today = timezone.localdate()
    sheet = Sheet(f"{category}, adresser {today}", HEADER, address_rows(category))
    return file_response(sheet, kind)


def address_rows(category: Category) -> list[list[Value]]:
    """Return everybody who receives invitations for the category's parties today, by party and name."""
    parties = Party.objects.active().of_category(category, timezone.localdate().year)
    mandates = Mandate.objects.invited().filter(party__in=parties).select_related("party", "person")
    return [
        [row.party.name, row.person.name, row.label, row.person.email, row.person.phone]
        for row in mandates.order_by(swedish("party__name"), swedish("person__name"), "pk")
    ]
