"""The form where staff note an answer that came by telephone or e-mail."""

from __future__ import annotations

from typing import Any

from django import forms

from dialog_portal.base.typed_fields import LineField
from dialog_portal.base.typed_text import only_a_name
from dialog_portal.outbox.address_field import Address
from meetings.models import Answer, Channel


class NoteReply(forms.Form):
    """An answer that came by telephone or e-mail; staff may name any substitute, whatever their address."""

    answer = forms.ChoiceField(
        label="Svar",
        choices=[
            (Answer.YES, "Kommer"),
            (Answer.NO, "Kommer inte"),
            (Answer.SUBSTITUTE, "Skickar ersättare"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad personen svarade."},
    )
    name = LineField(
        label="Ersättarens namn",
        max_length=80,
        validators=[only_a_name],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Skriv ersättarens namn."},
    )
    email = Address(
        label="Ersättarens e-postadress",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Skriv ersättarens e-postadress."},
    )
    channel = forms.ChoiceField(
        label="Hur svaret kom",
        choices=[(Channel.PHONE, "Telefon"), (Channel.EMAIL, "E-post"), (Channel.STAFF, "På annat sätt")],
        widget=forms.RadioSelect,
        initial=Channel.PHONE,
    )
    note = LineField(label="Anteckning", max_length=300, required=False)

    use_required_attribute = False  # the substitute's fields are required with one of the answers only

    def __init__(self, *args: Any, deputy: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if deputy:  # a substitute cannot send a substitute
            self.fields["answer"].choices = self.fields["answer"].choices[:2]  # type: ignore[attr-defined]
            del self.fields["name"], self.fields["email"]
        elif self.is_bound and self.data.get("answer") != Answer.SUBSTITUTE:
            self.fields["name"].required = self.fields["email"].required = False

    @property
    def substitute_fields(self) -> list[forms.BoundField]:
        """The fields that only a substitute needs."""
        return [self[name] for name in ("name", "email") if name in self.fields]

    @property
    def shows_substitute_fields(self) -> bool:
        """Whether the fields are shown whatever answer is chosen, because there is an error in them."""
        return any(name in self.errors for name in ("answer", "name", "email"))

    def clean(self) -> dict[str, Any]:
        """Refuse a substitute's name or address beside another answer, where it may have been left by mistake."""
        typed: dict[str, Any] = super().clean() or {}
        other = typed.get("answer") not in (None, Answer.SUBSTITUTE)
        if other and (typed.get("name") or typed.get("email")):
            self.add_error("answer", "Du har skrivit en ersättare. Välj Skickar ersättare, eller töm fälten.")
        return typed
