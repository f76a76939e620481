"""The form about people who came without being on the list."""

from __future__ import annotations

from typing import Any

from django import forms

from dialog_portal.base.typed_text import unquoted_address
from meetings.models import Attendee, Invitation, Meeting
from parties.models import Party

NO_PARTY = ("", "Ingen part i registret")
STAFF_ORGANISATION = "Region Stockholm"


class AddAttendee(forms.ModelForm):  # type: ignore[type-arg]
    """A participant who was not invited by name; an address is needed to send them the notes."""

    party = forms.TypedChoiceField(
        label="Part",
        required=False,
        empty_value=None,
        help_text="Parten räknas då som närvarande, även om den inte var inbjuden.",
        error_messages={"invalid_choice": "Parten finns inte i registret. Välj en i listan."},
    )
    field_order = ("name", "party", "organisation", "title", "email", "staff")

    class Meta:
        model = Attendee
        fields = ("name", "organisation", "title", "email", "staff")
        help_texts = {
            "organisation": "Om personen inte kom från en part i registret.",
            "email": "Behövs för att personen ska få minnesanteckningarna.",
        }

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = list(Party.objects.all())
        invited = set(Invitation.objects.filter(meeting=meeting.pk).values_list("party", flat=True))
        by_key = {str(party.pk): party for party in parties}
        choice: Any = self.fields["party"]
        choice.coerce = by_key.__getitem__
        choice.choices = [
            NO_PARTY,
            ("Inbjudna till mötet", [(key, row.name) for key, row in by_key.items() if row.pk in invited]),
            ("Övriga", [(key, row.name) for key, row in by_key.items() if row.pk not in invited]),
        ]
        self.fields["organisation"].required = False

    def clean_email(self) -> str:
        """Refuse an address that holds more than one."""
        email: str = self.cleaned_data["email"]
        unquoted_address(email)
        return email

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("staff") and not values.get("organisation"):
            values["organisation"] = STAFF_ORGANISATION
        wrong = {"party", "organisation"} & self.errors.keys()
        if not (values.get("party") or values.get("organisation") or wrong):
            self.add_error("organisation", "Välj en part, eller skriv vilken organisation personen kom från.")
        return values
