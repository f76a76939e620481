"""The words of a letter as staff type them: plain text whose {platshållare} are known and whose links are nobody's."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from dialog_portal.editing import VersionedForm
from dialog_portal.text import one_line
from meetings.letters.wording import PLACE, Words, allowed, listed, normal, words_above, words_of
from meetings.models import Wording
from meetings.models.wording import LONG, SHORT

PERSONAL = re.compile(r"/(?:svar|synpunkter)/+(?!ny-lank\b)[^\s/]+|/(?:svar|synpunkter)%2f", re.IGNORECASE)
BRACES = "En klammer saknar sin andra hälft. Skriv platshållare som {{namn}}. Du kan använda {}."
LINK = (
    "Texten innehåller en personlig länk, som skulle gå till alla. Ta bort den. "
    "Varje brev har mottagarens egen länk i knappen. Du kan använda {}."
)
HIDDEN = "Texten innehåller osynliga styrtecken. Skriv om det som du klistrade in. Du kan använda {}."
BREAKS = "Skriv på en rad, utan radbrytningar eller styrtecken. Du kan använda {}."


class WordingForm(VersionedForm):
    """What the letter's subject, heading and text say. Unchanged words leave the letter as it is for everybody."""

    class Meta:
        model = Wording
        fields = ("subject", "heading", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 14})}
        error_messages = {
            "subject": {
                "required": "Skriv en ämnesrad.",
                "max_length": f"Ämnesraden får ha högst {SHORT} tecken.",
            },
            "heading": {
                "required": "Skriv en rubrik.",
                "max_length": f"Rubriken får ha högst {SHORT} tecken.",
            },
            "body": {
                "required": "Skriv brevets text.",
                "max_length": f"Texten får ha högst {LONG} tecken.",
            },
        }

    def __init__(self, *args: Any, instance: Wording, **kwargs: Any) -> None:
        now = words_in_use(instance)
        super().__init__(*args, instance=instance, initial=asdict(now), **kwargs)
        for name in ("subject", "heading"):
            self.fields[name].validators = []  # clean() says the same, with the placeholders
            self.fields[name].widget.attrs.pop("maxlength", None)
        self.fields["body"].widget.attrs.pop("maxlength", None)
        self.fields["body"].help_text = explained(allowed(instance.purpose, in_body=True))

    @staticmethod
    def _stored(row: Any, name: str) -> Any:
        """Resting words are not what the letter says."""
        return getattr(words_in_use(row), name)

    def clean_subject(self) -> str:
        return self.line("subject")

    def clean_heading(self) -> str:
        return self.line("heading")

    def line(self, name: str) -> str:
        """A line whose placeholders are known and that can write no header of its own."""
        text: str = self.cleaned_data[name]
        names = allowed(self.instance.purpose, in_body=False)
        try:
            one_line(text)
        except ValidationError as broken:
            raise ValidationError(BREAKS.format(listed(names))) from broken
        if len(text) > SHORT:
            raise ValidationError(self.fields[name].error_messages["max_length"])
        checked(text, names)
        return text

    def clean_body(self) -> str:
        """Paragraphs of visible characters whose placeholders are known."""
        lines = [line.rstrip() for line in self.cleaned_data["body"].replace("\t", " ").splitlines()]
        names = allowed(self.instance.purpose, in_body=True)
        try:
            one_line("".join(lines))
        except ValidationError as broken:
            raise ValidationError(HIDDEN.format(listed(names))) from broken
        text = "\n".join(lines)
        checked(text, names)
        stands_alone(text)
        return text

    @property
    def words(self) -> Words:
        """What was typed, once it is valid."""
        return Words(*(self.cleaned_data[name] for name in self._meta.fields or ()))

    def save(self, commit: bool = True) -> Any:
        row: Wording = self.instance
        row.active = self.words != words_above(row.round or row.meeting, row.purpose)  # type: ignore[arg-type]
        return super().save(commit)


def words_in_use(row: Wording) -> Words:
    """What the letter says now."""
    return words_of(row) if row.active else words_above(row.round or row.meeting, row.purpose)  # type: ignore[arg-type]


def explained(names: dict[str, str]) -> str:
    """The placeholders with what they stand for, for the hint under the field."""
    stand_for = "; ".join(f"{{{name}}} {what}" for name, what in names.items())
    return format_html(
        "Vanlig text. En tom rad skiljer stycken åt. Du kan använda {}. "
        "Ett stycke vars platshållare saknar innehåll utelämnas.",
        stand_for,
    )


def checked(text: str, names: dict[str, str]) -> None:
    """Raise a sentence that lists the placeholders when one is unknown or broken, or the text has somebody's link."""
    usable = listed(names)
    if PERSONAL.search(text):
        raise ValidationError(LINK.format(usable), code="personal_link")
    if re.search(r"[{}]", PLACE.sub("", text)):
        raise ValidationError(BRACES.format(usable), code="braces")
    for name in PLACE.findall(text):
        if normal(name) not in names:
            raise ValidationError(f"{{{name}}} finns inte här. Du kan använda {usable}.", code="placeholder")


def stands_alone(text: str) -> None:
    """The greeting can have paragraphs of its own, so nothing may stand before or after it."""
    for part in Words("", "", text).paragraphs:
        if "hälsning" in map(normal, PLACE.findall(part)) and PLACE.sub("", part, count=1).strip():
            raise ValidationError(
                "{hälsning} ska stå ensam i ett eget stycke, med en tom rad före och efter."
            )
