"""The coordinator's form: an answer for each person, or no change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from meetings.models import Answer
from meetings.replies.coordinated_answer import CoordinatedAnswer
from meetings.replies.guest_list import GuestRow

NO_CHANGE = "-"


class CoordinatorAnswers(forms.Form):
    """Three choices for each person, and the id of the reply that was shown, so that newer ones are noticed."""

    def __init__(self, *args: Any, rows: Iterable[GuestRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        for row in self.rows:
            self.fields[f"svar-{row.invitee.pk}"] = self.choice_field(row)
            seen = row.newest.pk if row.newest else 0
            self.fields[f"sett-{row.invitee.pk}"] = forms.IntegerField(
                initial=seen, widget=forms.HiddenInput, min_value=0
            )

    @staticmethod
    def choice_field(row: GuestRow) -> forms.ChoiceField:
        """Return the field with the three choices for one person."""
        nothing = "Ändra inte" if row.last else "Inget svar nu"
        return forms.ChoiceField(
            label=row.invitee.name,
            choices=[(Answer.YES, "Kommer"), (Answer.NO, "Kommer inte"), (NO_CHANGE, nothing)],
            initial=NO_CHANGE,
            widget=forms.RadioSelect,
            error_messages={"required": f"Välj ett svar för {row.invitee.name}."},
        )

    def field_for(self, row: GuestRow) -> forms.BoundField:
        """Return the bound field for one person."""
        return self[f"svar-{row.invitee.pk}"]

    def chosen_words(self) -> list[tuple[str, str]]:
        """Return the names and the words of the answers that were chosen, also from a form with errors."""
        chosen = [(self.field_for(row), self.field_for(row).value()) for row in self.rows]
        return [
            (str(field.label), dict(field.field.choices)[value])  # type: ignore[attr-defined]
            for field, value in chosen
            if value in (Answer.YES, Answer.NO)
        ]

    def chosen_answers(self) -> list[CoordinatedAnswer]:
        """Return the answers for the people for whom something was chosen."""
        typed = self.cleaned_data
        return [
            CoordinatedAnswer(row.invitee.pk, Answer(chosen), typed[f"sett-{row.invitee.pk}"])
            for row in self.rows
            if (chosen := typed[f"svar-{row.invitee.pk}"]) != NO_CHANGE
        ]
