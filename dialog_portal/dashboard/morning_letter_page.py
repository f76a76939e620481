"""The page where a member of staff chooses how often the morning letter comes."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from dialog_portal.access.models import MorningLetter
from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.dashboard.morning_letter import choose_morning_letter


class MorningLetterForm(forms.Form):
    """How often the letter comes."""

    morning_letter = forms.ChoiceField(
        label="Hur ofta vill du ha brevet?",
        choices=MorningLetter.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj hur ofta.", "invalid_choice": "Välj ett av alternativen."},
    )


def morning_letter(request: StaffRequest) -> HttpResponse:
    """Show the choice and store it."""
    form = MorningLetterForm(request.POST or None, initial={"morning_letter": request.user.morning_letter})
    if request.method == "POST" and form.is_valid():
        choice = MorningLetter(form.cleaned_data["morning_letter"])
        choose_morning_letter(request.user, choice)
        often = "kommer inte längre" if choice == MorningLetter.NEVER else f"kommer {choice.label.lower()}"
        messages.success(request, f"Sparat. Morgonbrevet {often}.")
        return redirect("staff:start")
    return render(request, "staff/morning_letter.html", {"form": form})
