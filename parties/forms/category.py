"""Staff forms for a category and its cadences (how often it meets)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django import forms

from dialog_portal.base.swedish import SwedishLower
from dialog_portal.base.versioned_form import FieldWithInitial
from parties.forms.plain import RowForm, check_period, use_plain_swedish
from parties.models import Cadence, Category


class CategoryForm(RowForm):
    """A category, with the years in which it exists."""

    formula_free = ("name", "agenda_body")
    period = ("from_year", "to_year")

    class Meta:
        model = Category
        fields = ("name", "agenda_body", "seats", "position", "from_year", "to_year")
        help_texts = {
            "agenda_body": "Vem dagordningen stäms av med, som FSKF för kommunerna.",
            "position": "Kategorier med lägre tal står först.",
            "to_year": "Lämna tomt så länge kategorin finns.",
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Category.objects.exclude(pk=self.instance.pk).annotate(lower=SwedishLower("name"))
        if others.filter(lower=name.lower()).exists():
            raise forms.ValidationError("Det finns redan en kategori som heter så.", code="taken")
        return name


class CadenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A cadence: every how many years a category meets, and during which years."""

    bound_field_class = FieldWithInitial

    class Meta:
        model = Cadence
        fields = ("every", "from_year", "to_year")
        labels = {"every": "Antal år mellan dialogerna"}
        help_texts = {"every": "1 är varje år, 2 vartannat år, räknat från det första året."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use_plain_swedish(self.fields)
        if (
            self.instance.pk
        ):  # a row that was not touched is not saved, whatever somebody else has changed in it
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        super().clean()
        check_period(self, ("from_year", "to_year"))
        return self.cleaned_data


class BaseCadenceFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """All cadences of a category. Their years must not overlap, or it would be unclear whether a year is due."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Ta bort raden"

    def clean(self) -> None:
        remaining = [
            form
            for form in self.forms
            if form not in self.deleted_forms and form.cleaned_data.get("from_year")
        ]
        remaining.sort(key=lambda form: form.cleaned_data["from_year"])
        for earlier, later in pairwise(remaining):
            end = earlier.cleaned_data.get("to_year")
            if end is None or end >= later.cleaned_data["from_year"]:
                later.add_error(
                    "from_year", "Raden överlappar en annan. Avsluta den tidigare raden året före."
                )

    def changes(self) -> tuple[list[Cadence], list[Cadence]]:
        """Return the cadences to save and those to remove, for the action that saves the category."""
        rows: list[Cadence] = self.save(commit=False)
        return rows, self.deleted_objects


CadenceFormSet = forms.inlineformset_factory(
    Category,
    Cadence,
    form=CadenceForm,
    formset=BaseCadenceFormSet,
    extra=1,
    can_delete=True,
    can_delete_extra=False,
)
