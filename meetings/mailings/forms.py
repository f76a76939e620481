"""The words of a letter as staff type them: plain text whose {platshållare} are known and whose links are nobody's."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join

from dialog_portal.base.typed_text import one_line
from dialog_portal.base.versioned_form import VersionedForm
from dialog_portal.links.addresses import GUEST_PATHS
from meetings.mailings.letters.wording import (
    PLACE,
    Words,
    placeholder_list,
    placeholder_name,
    placeholders_for,
    words_of,
    words_without_own,
)
from meetings.models import Wording
from meetings.models.wording import LONG, SHORT

GUESTS = "|".join(path.rstrip("/") for path in GUEST_PATHS)
PERSONAL = re.compile(rf"/(?:{GUESTS})/+(?!ny-lank\b)[^\s/]+|/(?:{GUESTS})%2f", re.IGNORECASE)
BRACES = "En klammer saknar sin andra hälft. Skriv platshållare som {namn}."
LINK = (
    "Texten innehåller en personlig länk, som skulle gå till alla. Ta bort den. "
    "Varje brev har mottagarens egen länk i knappen."
)
HIDDEN = "Texten innehåller osynliga styrtecken. Skriv om det som du klistrade in."
BREAKS = "Skriv på en rad, utan radbrytningar eller styrtecken."
ALONE = "{hälsning} ska stå ensam i ett eget stycke, med en tom rad före och efter."


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
        self.fields["body"].help_text = explained(placeholders_for(instance.purpose, in_body=True))

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        """Resting words are not what the letter says."""
        return getattr(words_in_use(row), name)

    def clean_subject(self) -> str:
        return self.line("subject")

    def clean_heading(self) -> str:
        return self.line("heading")

    def line(self, name: str) -> str:
        """A line whose placeholders are known and that can write no header of its own."""
        text: str = self.cleaned_data[name]
        long = [str(self.fields[name].error_messages["max_length"])] if len(text) > SHORT else []
        names = placeholders_for(self.instance.purpose, in_body=False)
        refuse([*hidden(text, BREAKS), *wrong_places(text, names)], names, also=long)
        return text

    def clean_body(self) -> str:
        """Paragraphs of visible characters whose placeholders are known."""
        lines = [line.rstrip() for line in self.cleaned_data["body"].replace("\t", " ").splitlines()]
        text, names = "\n".join(lines), placeholders_for(self.instance.purpose, in_body=True)
        refuse([*hidden("".join(lines), HIDDEN), *wrong_places(text, names)], names, also=not_alone(text))
        return text

    @property
    def words(self) -> Words:
        """What was typed, once it is valid."""
        return Words(**self.values)


def words_in_use(row: Wording) -> Words:
    """Return what the letter says now."""
    return words_of(row) if row.active else words_without_own(row.round or row.meeting, row.purpose)  # type: ignore[arg-type]


def explained(names: dict[str, str]) -> str:
    """The placeholders with what they stand for, for the hint under the field."""
    rows = format_html_join("", "<li><code>{{{}}}</code> {}</li>", names.items())
    return format_html(
        "Vanlig text. En tom rad skiljer stycken åt. "
        "Ett stycke vars platshållare saknar innehåll utelämnas. Du kan använda:<ul>{}</ul>",
        rows,
    )


def refuse(wrong: list[str], names: dict[str, str], *, also: list[str]) -> None:
    """Raise everything that is wrong at once; after the faults, which placeholders there are."""
    if wrong:
        wrong[-1] += f" Du kan använda {placeholder_list(names)}."
    if wrong or also:
        raise ValidationError([*wrong, *also])


def hidden(text: str, sentence: str) -> list[str]:
    """The sentence, when the text has characters that nobody sees."""
    try:
        one_line(text)
    except ValidationError:
        return [sentence]
    return []


def wrong_places(text: str, names: dict[str, str]) -> list[str]:
    """A sentence about each fault: somebody's link, a brace without its other half, placeholders that are unknown."""
    unknown = list(dict.fromkeys(name for name in PLACE.findall(text) if placeholder_name(name) not in names))
    said = [LINK] if PERSONAL.search(text) else []
    said += [BRACES] if re.search(r"[{}]", PLACE.sub("", text)) else []
    return [*said, *(f"{{{name}}} finns inte här." for name in unknown)]


def not_alone(text: str) -> list[str]:
    """A sentence when something stands beside the greeting, which can have paragraphs of its own."""
    greeted = [
        part
        for part in Words("", "", text).paragraphs
        if "hälsning" in map(placeholder_name, PLACE.findall(part))
    ]
    return [ALONE] if any(PLACE.sub("", part, count=1).strip() for part in greeted) else []
