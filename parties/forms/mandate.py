"""Staff forms for people and their mandates (posts): a person, a mandate, its end, the successor."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from dialog_portal.base.formulas import must_not_be_formula
from dialog_portal.base.typed_fields import LineField
from dialog_portal.outbox.address_field import Address
from parties.forms.plain import PlainForm, RowForm
from parties.models import Mandate, Person

NAME_LENGTH = Person._meta.get_field("name").max_length
EMAIL_LENGTH = Person._meta.get_field("email").max_length
PHONE_LENGTH = Person._meta.get_field("phone").max_length


class PersonForm(RowForm):
    """A person's name, e-mail address and telephone, which all their mandates share."""

    formula_free = ("name",)

    class Meta:
        model = Person
        fields = ("name", "email", "phone", "protected")
        help_texts = {
            "email": (
                "En ny adress gäller också på kommande möten: länken som gick till den gamla stängs, en ny "
                "skickas, och brev som inte har kommit fram skickas till den nya adressen."
            ),
            "protected": "Utanför portalen visas bara organisationen, aldrig namnet.",
        }

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        other = Person.objects.exclude(pk=self.instance.pk).by_email(email)
        if other:
            raise forms.ValidationError(f"Adressen hör redan till {other}.", code="taken")
        return email


class HolderForm(PlainForm):
    """Who gets a mandate: a person chosen from the register (`chosen`), or a new one.

    If the typed address belongs to a person in the register, `match` is that person, and the page asks the user whether
    to choose them.
    """

    person = forms.ModelChoiceField(
        Person.objects,
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Personen finns inte i registret. Sök igen."},
    )
    name = LineField(label="Namn", max_length=NAME_LENGTH, required=False, validators=[must_not_be_formula])
    email = Address(label="E-postadress", max_length=EMAIL_LENGTH, required=False)
    phone = LineField(label="Telefon", max_length=PHONE_LENGTH, required=False)

    def __init__(self, *args: Any, chosen: Person | None, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        self.match: Person | None = None
        self.fields["person"].initial = chosen
        for name in ("name", "email"):
            self.fields[name].required = needed and chosen is None

    @property
    def is_filled_in(self) -> bool:
        """Return whether any field was filled in or a person chosen."""
        return any(self.data.get(self.add_prefix(name), "").strip() for name in self.fields)

    @property
    def holder(self) -> Person:
        """Return the chosen person, or a new one that is not stored yet. Only for a valid form."""
        values = self.cleaned_data
        chosen: Person | None = values["person"]
        return chosen or Person(name=values["name"], email=values["email"], phone=values["phone"])

    def clean_email(self) -> str:
        """Return the address. If it is in the register, set `match` and raise ValidationError."""
        email: str = self.cleaned_data["email"]
        if email and not self.cleaned_data.get("person"):
            self.match = Person.objects.by_email(email)
        if self.match:
            raise forms.ValidationError(
                f"Adressen hör till {self.match}, som redan finns i registret.", code="taken"
            )
        return email

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("person") or not self.is_filled_in:
            return values
        for name in ("name", "email"):
            if not values.get(name) and name not in self.errors:
                self.add_error(name, "Behövs för att lägga till en ny person.")
        return values


class MandateForm(RowForm):
    """A mandate: the post, and from which day to which."""

    formula_free = ("title",)
    period = ("from_date", "to_date")

    class Meta:
        model = Mandate
        fields: tuple[str, ...] = (
            "title",
            "acting",
            "receives_invitations",
            "coordinator",
            "from_date",
            "to_date",
        )
        labels = {"coordinator": "Samordnare, svarar för hela parten"}
        help_texts = {
            "coordinator": "Samordnaren ser de andras svar och kan svara åt dem på sin egen sida om mötet.",
            "to_date": "Lämna tomt så länge uppdraget pågår.",
        }


class MandateEndForm(RowForm):
    """The last day of a mandate."""

    suggests = ("to_date",)
    period = ("from_date", "to_date")

    class Meta:
        model = Mandate
        fields = ("to_date",)
        labels = {"to_date": "Sista dag"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_date"].required = True
        self.initial["to_date"] = timezone.localdate()

    def clean_to_date(self) -> date:
        day: date = self.cleaned_data["to_date"]
        if day < self.instance.from_date:
            raise forms.ValidationError("Sista dagen kan inte komma före uppdragets första dag.")
        return day


class SuccessorForm(MandateForm):
    """The successor's mandate. It begins the day after the ended one unless another day is given."""

    class Meta(MandateForm.Meta):
        fields = ("title", "acting", "receives_invitations", "coordinator", "from_date")
        help_texts = {
            **MandateForm.Meta.help_texts,
            "from_date": "Lämna tomt för dagen efter företrädarens sista. Uppdragen får överlappa.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].required = False
        self.initial["from_date"] = None
