"""What a coordinator types: an answer for each person, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from meetings.models import Answer
from meetings.replies.coordinated_answer import CoordinatedAnswer
from meetings.replies.guest_list import GuestRow

UNTOUCHED = "-"


class AnswersFor(forms.Form):
    """One group of three choices a person. What the page showed goes with the form, so that newer answers are seen."""

    def __init__(self, *args: Any, rows: Iterable[GuestRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        for row in self.rows:
            self.fields[f"svar-{row.invitee.pk}"] = self.choice(row)
            seen = row.newest.pk if row.newest else 0
            self.fields[f"sett-{row.invitee.pk}"] = forms.IntegerField(
                initial=seen, widget=forms.HiddenInput, min_value=0
            )

    @staticmethod
    def choice(row: GuestRow) -> forms.ChoiceField:
        nothing = "Ändra inte" if row.last else "Inget svar nu"
        return forms.ChoiceField(
            label=row.invitee.name,
            choices=[(Answer.YES, "Kommer"), (Answer.NO, "Kommer inte"), (UNTOUCHED, nothing)],
            initial=UNTOUCHED,
            widget=forms.RadioSelect,
            error_messages={"required": f"Välj ett svar för {row.invitee.name}."},
        )

    def field_for(self, row: GuestRow) -> forms.BoundField:
        return self[f"svar-{row.invitee.pk}"]

    def wishes(self) -> list[CoordinatedAnswer]:
        """The people for whom something was chosen."""
        typed = self.cleaned_data
        return [
            CoordinatedAnswer(row.invitee.pk, Answer(chosen), typed[f"sett-{row.invitee.pk}"])
            for row in self.rows
            if (chosen := typed[f"svar-{row.invitee.pk}"]) != UNTOUCHED
        ]
