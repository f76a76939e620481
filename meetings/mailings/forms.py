"""Staff form for the text of a letter: plain text with known {placeholders} and without personal links."""

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

GUEST_PATH_PATTERN = "|".join(path.rstrip("/") for path in GUEST_PATHS)
PERSONAL_LINK = re.compile(
    rf"/(?:{GUEST_PATH_PATTERN})/+(?!ny-lank\b)[^\s/]+|/(?:{GUEST_PATH_PATTERN})%2f", re.IGNORECASE
)
BRACE_SENTENCE = "En klammer saknar sin andra hälft. Skriv platshållare som {namn}."
LINK_SENTENCE = (
    "Texten innehåller en personlig länk, som skulle gå till alla. Ta bort den. "
    "Varje brev har mottagarens egen länk i knappen."
)
ONE_LINE_SENTENCE = "Skriv på en rad, utan radbrytningar eller styrtecken."
GREETING_SENTENCE = "{hälsning} ska stå ensam i ett eget stycke, med en tom rad före och efter."


class WordingForm(VersionedForm):
    """The subject, heading and body of a letter."""

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
            self.fields[name].validators = []  # _clean_line checks the same and names the placeholders
            self.fields[name].widget.attrs.pop("maxlength", None)
        self.fields["body"].widget.attrs.pop("maxlength", None)
        self.fields["body"].help_text = placeholder_help(placeholders_for(instance.purpose, in_body=True))

    @property
    def changes_a_row(self) -> bool:
        """A letter has its text before anybody has changed it."""
        return True

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        """Return the text that the letter has now: a wording that is set aside is not in the letter."""
        return getattr(words_in_use(row), name)

    def clean_subject(self) -> str:
        return self._clean_line("subject")

    def clean_heading(self) -> str:
        return self._clean_line("heading")

    def _clean_line(self, name: str) -> str:
        """Return one line with known placeholders. Line breaks are refused, as they could add headers to the e-mail."""
        text: str = self.cleaned_data[name]
        long = [str(self.fields[name].error_messages["max_length"])] if len(text) > SHORT else []
        names = placeholders_for(self.instance.purpose, in_body=False)
        raise_errors(
            [*line_break_errors(text), *placeholder_errors(text, names)],
            names,
            also=long,
        )
        return text

    def clean_body(self) -> str:
        """Return the body with known placeholders; the field has taken away what is not seen."""
        text: str = self.cleaned_data["body"]
        names = placeholders_for(self.instance.purpose, in_body=True)
        raise_errors(placeholder_errors(text, names), names, also=greeting_errors(text))
        return text

    @property
    def words(self) -> Words:
        """The typed text, for a valid form."""
        return Words(**self.values)


def words_in_use(row: Wording) -> Words:
    """Return the text that the letter has now."""
    return words_of(row) if row.active else words_without_own(row.round or row.meeting, row.purpose)  # type: ignore[arg-type]


def placeholder_help(names: dict[str, str]) -> str:
    """Return the help text of the field: each placeholder with its meaning."""
    rows = format_html_join("", "<li><code>{{{}}}</code> {}</li>", names.items())
    return format_html(
        "Vanlig text. En tom rad skiljer stycken åt. "
        "Ett stycke vars platshållare saknar innehåll utelämnas. Du kan använda:<ul>{}</ul>",
        rows,
    )


def raise_errors(wrong: list[str], names: dict[str, str], *, also: list[str]) -> None:
    """Raise one ValidationError with all texts. After those in `wrong` comes a list of the known placeholders."""
    if wrong:
        wrong[-1] += f" Du kan använda {placeholder_list(names)}."
    if wrong or also:
        raise ValidationError([*wrong, *also])


def line_break_errors(text: str) -> list[str]:
    """Return an error text in a list if the text has line breaks or control characters, else an empty list."""
    try:
        one_line(text)
    except ValidationError:
        return [ONE_LINE_SENTENCE]
    return []


def placeholder_errors(text: str, names: dict[str, str]) -> list[str]:
    """Return an error text for a personal link, for a single brace, and for each unknown placeholder."""
    unknown = list(dict.fromkeys(name for name in PLACE.findall(text) if placeholder_name(name) not in names))
    said = [LINK_SENTENCE] if PERSONAL_LINK.search(text) else []
    said += [BRACE_SENTENCE] if re.search(r"[{}]", PLACE.sub("", text)) else []
    return [*said, *(f"{{{name}}} finns inte här." for name in unknown)]


def greeting_errors(text: str) -> list[str]:
    """Return an error text in a list if the greeting, which can hold several paragraphs, shares a paragraph."""
    greeted = [
        part
        for part in Words("", "", text).paragraphs
        if "hälsning" in map(placeholder_name, PLACE.findall(part))
    ]
    return [GREETING_SENTENCE] if any(PLACE.sub("", part, count=1).strip() for part in greeted) else []
