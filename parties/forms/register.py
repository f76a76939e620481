"""Filter form of the list of parties, and the search for a person in the register."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from dialog_portal.base.typed_fields import LineField
from parties.forms.plain import PlainForm
from parties.models import Category, Party, PartyQuerySet, Person, PersonQuerySet


class RegisterFilter(PlainForm):
    """A search and three choices, which stand in the URL. Invalid values are ignored."""

    q = LineField(label="Sök", required=False, max_length=200)
    category = forms.ModelChoiceField(
        Category.objects, label="Kategori i år", required=False, empty_label="Alla"
    )
    letters = forms.ChoiceField(
        label="Inbjudan",
        required=False,
        choices=(("", "Alla"), ("some", "Någon får inbjudan"), ("none", "Ingen får inbjudan")),
    )
    show = forms.ChoiceField(
        label="Visa",
        required=False,
        choices=(("", "Aktiva parter"), ("ended", "Upphörda parter"), ("all", "Alla parter")),
    )

    def apply_to(self, parties: PartyQuerySet) -> PartyQuerySet:
        """Return the parties that match the search and the choices."""
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("show") != "all":
            parties = parties.ended() if chosen.get("show") == "ended" else parties.active()
        if category := chosen.get("category"):
            parties = parties.of_category(category, timezone.localdate().year)
        if letters := chosen.get("letters"):
            parties = parties.with_recipients(letters == "some")
        return parties.matching(chosen.get("q") or "")


class PersonSearch(PlainForm):
    """A search for a person in the register."""

    MAX_HITS = 12

    q = LineField(label="Sök på namn eller e-postadress", required=False, max_length=200)

    def hits(self) -> PersonQuerySet:
        """Return the first MAX_HITS people that match; none if nothing was typed."""
        text = self.cleaned_data.get("q") if self.is_bound and self.is_valid() else ""
        return (
            Person.objects.matching(text).with_posts().in_order()[: self.MAX_HITS]
            if text
            else Person.objects.none()
        )


def count_parties_without_recipients() -> int:
    """Return the number of active parties for which nobody receives letters."""
    return Party.objects.active().with_recipients(False).count()
