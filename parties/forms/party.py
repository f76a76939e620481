"""Staff forms for a party: add or change it, rename it, end it, and its memberships of categories."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from dialog_portal.base.swedish import SwedishLower, day
from dialog_portal.base.typed_fields import DayField, LineField
from dialog_portal.base.versioned_form import VersionedForm
from parties.forms.plain import RowForm, check_period, use_plain_swedish
from parties.models import NO_MUNICIPALITY, Membership, Municipality, Party

MAIL_DOMAIN = re.compile(r"[a-z0-9åäö]([a-z0-9åäö-]*[a-z0-9åäö])?(\.[a-z0-9åäö]([a-z0-9åäö-]*[a-z0-9åäö])?)+")


def require_unused_name(name: str, party: Party) -> str:
    """Return the name. Raise ValidationError if another party has it; only case, blanks or hidden signs may differ."""
    others = Party.objects.exclude(pk=party.pk).annotate(lower=SwedishLower("name"))
    if other := others.filter(lower=name.lower()).first():
        ended = " och har upphört" if other.has_ended else ""
        raise forms.ValidationError(f"{other} finns redan i registret{ended}.", code="taken")
    return name


class PartyForm(RowForm):
    """A party. A municipality also has a code."""

    formula_free = ("name", "full_name")
    code = LineField(
        label="Kommunkod", required=False, help_text="Bara för kommuner: fyra siffror, som 0192."
    )
    in_county = forms.BooleanField(label="Kommunen ligger i Stockholms län", required=False, initial=True)

    class Meta:
        model = Party
        fields = ("name", "full_name", "code", "in_county", "mail_domains", "note")
        help_texts = {"name": "Det korta namnet, som i listor: Nynäshamn."}
        widgets = {"note": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update({name: self.stored_value(self.instance, name) for name in NO_MUNICIPALITY})
            self.fields[
                "name"
            ].help_text = "För att rätta en stavning. Har parten fått ett nytt namn: välj Byt namn i stället."

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        if name not in NO_MUNICIPALITY:
            return RowForm.stored_value(row, name)
        municipality = Municipality.objects.filter(party=row).first()
        return getattr(municipality, name) if municipality else NO_MUNICIPALITY[name]

    def clean_name(self) -> str:
        return require_unused_name(self.cleaned_data["name"], self.instance)

    def clean_code(self) -> str:
        """Return the code: empty, or four digits that no other municipality has."""
        code: str = self.cleaned_data["code"]
        if code and not re.fullmatch(r"[0-9]{4}", code):
            raise forms.ValidationError("Kommunkoden är fyra siffror och kan börja med en nolla, som 0192.")
        other = (
            Municipality.objects.select_related("party")
            .exclude(party=self.instance.pk)
            .filter(code=code)
            .first()
        )
        if other:
            raise forms.ValidationError(f"Koden {code} hör redan till {other.party}.")
        return code

    def clean_mail_domains(self) -> str:
        """Return the domains in lower case and without @, separated by blanks."""
        words = self.cleaned_data["mail_domains"].lower().replace(",", " ").replace(";", " ").split()
        domains = [word.lstrip("@") for word in words]
        for domain in domains:
            if not MAIL_DOMAIN.fullmatch(domain):
                raise forms.ValidationError(
                    f"”{domain}” är ingen e-postdomän. Skriv det som står efter @, som example.org."
                )
        return " ".join(dict.fromkeys(domains))


class PartyRenameForm(RowForm):
    """A new name from a day. The old name is stored with that day as its end."""

    formula_free = ("name", "full_name")
    since = DayField(label="Namnet gäller från och med", initial=timezone.localdate)

    class Meta:
        model = Party
        fields = ("name", "full_name")
        labels = {"name": "Nytt namn"}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name == Party.objects.values_list("name", flat=True).get(pk=self.instance.pk):
            raise forms.ValidationError("Parten heter redan så. Skriv det nya namnet.")
        return require_unused_name(name, self.instance)

    def clean_since(self) -> date:
        """Return the day: after the latest change of name, and not in the future, as the register changes at once."""
        since: date = self.cleaned_data["since"]
        if since > timezone.localdate():
            raise forms.ValidationError(
                "Namnet byts i registret genast. Vänta till den dag det börjar gälla."
            )
        latest = self.instance.former_names.order_by("-until").first()
        if latest and since <= latest.until:
            raise forms.ValidationError(f"Parten bytte namn {day(latest.until)}. Välj en senare dag.")
        return since


class PartyEndForm(RowForm):
    """The day from which a party does not exist any more."""

    suggests = ("ended",)

    class Meta:
        model = Party
        fields = ("ended",)
        labels = {"ended": "Upphör från och med"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended"].required = True
        self.initial["ended"] = self.instance.ended or timezone.localdate()


class MembershipForm(VersionedForm):
    """The years in which a party belongs to a category."""

    class Meta:
        model = Membership
        fields = ("category", "from_year", "to_year", "umbrella")
        labels = {"category": "Kategori"}
        help_texts = {
            "to_year": "Lämna tomt så länge parten hör till kategorin.",
            "umbrella": "Organisationen talar för de andra i kategorin.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use_plain_swedish(self.fields)
        self.fields["category"].empty_label = "Välj kategori"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        check_period(self, ("from_year", "to_year"))
        if not self.errors:
            self._refuse_overlap(values)
        return values

    def _refuse_overlap(self, values: dict[str, Any]) -> None:
        others = Membership.objects.filter(party=self.instance.party, category=values["category"])
        for other in others.exclude(pk=self.instance.pk):
            begins_before_it_ends = other.to_year is None or values["from_year"] <= other.to_year
            ends_after_it_begins = values["to_year"] is None or values["to_year"] >= other.from_year
            if begins_before_it_ends and ends_after_it_begins:
                self.add_error("from_year", f"Parten hör redan till {other.category} {other.years}.")
