"""Fields for a diary number and an outside reference: what is unusual, and what belongs to a web page instead."""

from __future__ import annotations

import re
from typing import Any

from django import forms

USUAL_DIARY_NUMBER = re.compile(r"[A-ZÅÄÖ]{2,6} \d{4}/\d{1,6}")
PAGE_STAMP = re.compile(r"\bAKTNR\b", re.IGNORECASE)  # what the Region's web stamps on each version of a page


class DiaryNumberWarning:
    """For a form with a `diary_number` and an `outside_reference`: `warnings` are texts that are shown after saving.

    An unusual number is saved anyway, since the registrar may have reasons.
    """

    cleaned_data: dict[str, Any]
    instance: Any
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outside_reference"].help_text = "Om någon annans register har en beteckning."

    @property
    def warnings(self) -> list[str]:
        number = self.cleaned_data.get("diary_number", "")
        if number and not USUAL_DIARY_NUMBER.fullmatch(number):
            return [f"Diarienumret ”{number}” är sparat. Det skrivs vanligen som KN 2019/123."]
        return []

    def clean_outside_reference(self) -> str:
        """Return the reference. Refuse the stamp of a web page: it says nothing about a meeting or a round."""
        reference: str = self.cleaned_data["outside_reference"]
        if reference != self.instance.outside_reference and PAGE_STAMP.search(reference):
            raise forms.ValidationError(
                "AKTNR är stämpeln på en webbsida. Skriv den bland gamla adresser, under Webbplatsen."
            )
        return reference
