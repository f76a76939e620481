"""Staff forms for the texts of the public site, one for each kind."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms

from dialog_portal.access.models import Role, User
from dialog_portal.base.plain_blocks import unsafe_links
from dialog_portal.base.swedish import swedish
from dialog_portal.base.typed_fields import DayField, LineField, ParagraphsField, WebAddressField
from dialog_portal.base.versioned_form import VersionedForm
from meetings.mailings.forms import LINK_SENTENCE, PERSONAL_LINK
from minutes.models import PublicText, TextKind
from minutes.publishing.parties_of_year import categories_due, category_field
from minutes.publishing.standard_texts import STANDARD
from minutes.publishing.text_pages import COMPLIANCE, METHODS
from minutes.publishing.texts import count_defects

LONGEST = 12_000  # characters of one text
HOW_TO_WRITE = (
    "En tom rad skiljer stycken åt. Börja en rad med - för en punkt i en lista, med > för ett citat och med ## för "
    "en underrubrik. En länk skrivs [orden](https://adressen)."
)
EMPTY_DEFECTS = 2  # rows for new defects


class LongText(ParagraphsField):
    """Plain text with the signs that `plain_blocks` knows; links lead to known kinds of addresses only."""

    def __init__(self, label: str, *, rows: int = 6, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(label=label, widget=widget, max_length=LONGEST, **options)
        self.widget.attrs.pop("maxlength", None)  # the browser would cut what is pasted without a word

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if PERSONAL_LINK.search(text):
            raise forms.ValidationError(LINK_SENTENCE.partition(" Varje brev")[0])
        if wrong := unsafe_links(text):
            raise forms.ValidationError(
                f"Länken till {wrong[0]} fungerar inte. En adress börjar med https://, mailto: eller /."
            )
        return text


class Line(LineField):
    """One line of text."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, max_length=300, **options)


class DateOfText(DayField):
    """A day, picked in the browser or typed as 2019-01-31."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(
            label=label,
            earliest=date(2000, 1, 1),
            error_messages={"required": "Ange en dag."},
            **options,
        )


def newest_content(text: PublicText) -> dict[str, Any]:
    """Return what the newest revision of a text says, or the standard words when nobody has saved any."""
    revision = text.revisions.last() if text.pk else None
    return revision.content if revision else STANDARD[text.kind]


class PublicTextForm(VersionedForm):
    """A text of the public site. What each field holds is stored in the content of a revision."""

    class Meta:
        model = PublicText
        fields = ()

    def __init__(self, *args: Any, instance: PublicText, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial=newest_content(instance), **kwargs)
        self.add_fields()
        self.compared_fields = [name for name in self.fields if name != "seen_version"]
        for name in self.compared_fields:
            self.fields[name].show_hidden_initial = self.changes_a_row

    def add_fields(self) -> None:
        """Add the fields whose number depends on what the text is about."""

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        """Return what the stored text says in a field, as the form would clean it."""
        value = newest_content(row).get(name, "")
        if name.endswith("_on"):
            return date.fromisoformat(value) if value else None
        return User.objects.filter(pk=value or 0).first() if name == "owner" else value

    @property
    def content(self) -> dict[str, Any]:
        """The typed values as a revision stores them, for a valid form."""
        return {name: storable(self.cleaned_data[name]) for name in self.compared_fields}


def storable(value: Any) -> Any:
    """Return a cleaned value as JSON can hold it: a date in ISO 8601, a person as a primary key."""
    if isinstance(value, User):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


class StartTextForm(PublicTextForm):
    """The words of the start page."""

    heading = Line("Rubrik")
    lead = LongText("Ingress", rows=4)
    body = LongText("Text", rows=10, help_text=HOW_TO_WRITE)


class YearTextForm(PublicTextForm):
    """What the dialogues of a year are, and what each category of parties stands for."""

    lead = Line(
        "Ingress",
        help_text="En eller två meningar överst på årets sida.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    body = LongText("Text", rows=24, help_text=HOW_TO_WRITE)
    picture = Line(
        "Syntolkning av bilden",
        required=False,
        help_text="Beskriv bilden i ord. Lämna tomt för en sida utan bild.",
    )

    def add_fields(self) -> None:
        """Ask what each category of the year stands for."""
        for category in categories_due(self.instance.round.year):
            label = f"{category}: vilka de är och vad de står för"
            self.fields[category_field(category)] = LongText(label, rows=3, required=False)


class AccessibilityForm(PublicTextForm):
    """The accessibility statement, with everything that the supervisor asks for."""

    actor = Line("Offentlig aktör")
    service = Line("Digital service som redogörelsen gäller")
    standard = Line("Standard som webbplatsen prövas mot")
    compliance = forms.ChoiceField(label="Förenlighet med lagen", choices=[*COMPLIANCE.items()])
    assessed_on = DateOfText("Dag för bedömningen")
    method = forms.ChoiceField(label="Metod", choices=[*METHODS.items()])
    method_text = LongText("Hur granskningen gick till", help_text=HOW_TO_WRITE)
    burden = LongText("Oskäligt betungande anpassning (12 §): vad och varför")
    outside = LongText("Innehåll som inte omfattas av lagen (9 §)")
    other_format = LongText("Vad som finns i en annan form på begäran")
    responsible = Line("Vem som svarar på synpunkter", help_text="Som det står på webbplatsen.")
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label="Ansvarig medarbetare",
        required=False,
        empty_label="Den gemensamma brevlådan",
        help_text="Får ett brev om varje synpunkt. Namnet visas inte på webbplatsen.",
    )
    answer_days = forms.IntegerField(label="Svar inom så många dagar", min_value=1, max_value=90)
    supervisor = Line("Tillsynsmyndighet")
    supervisor_url = WebAddressField(
        label="Adress för anmälan till tillsynsmyndigheten", assume_scheme="https"
    )

    def add_fields(self) -> None:
        """Ask for the known defects, with some empty rows, and let an officer or approver own the answers."""
        staff = User.objects.filter(is_active=True, role__in=(Role.OFFICER, Role.APPROVER))
        self.fields["owner"].queryset = staff.order_by(swedish("name"))  # type: ignore[attr-defined]
        for number in range(1, count_defects(self.initial) + EMPTY_DEFECTS + 1):
            start, label = f"defect_{number}_", f"Brist {number}:"
            self.fields[f"{start}what"] = Line(f"{label} vad som inte fungerar", required=False)
            self.fields[f"{start}why"] = Line(f"{label} skäl", required=False)
            self.fields[f"{start}found_on"] = DateOfText(f"{label} känd sedan", required=False)
            self.fields[f"{start}fixed_by_on"] = DateOfText(f"{label} åtgärdas senast", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a defect without its reason or the day when it was found."""
        cleaned = super().clean() or {}
        for name in [name for name in cleaned if re.fullmatch(r"defect_\d+_what", name) and cleaned[name]]:
            start = name.removesuffix("what")
            for part, sentence in (
                ("why", "Skriv skälet till bristen."),
                ("found_on", "Ange sedan när ni känner till bristen."),
            ):
                if not cleaned.get(start + part) and start + part not in self.errors:
                    self.add_error(start + part, sentence)
        return cleaned


class PersonalDataForm(PublicTextForm):
    """How personal data are processed: what articles 13, 14 and 9 of the GDPR ask for."""

    lead = LongText("Ingress", rows=3)
    controller = LongText(
        "Personuppgiftsansvarig", help_text=f"{HOW_TO_WRITE} {{kontakt}} blir vår e-postadress."
    )
    officer = LongText("Dataskyddsombud")
    purposes = LongText("Vad uppgifterna används till")
    ground = LongText("Rättslig grund")
    what = LongText("Vilka uppgifter det är")
    sources = LongText("Varifrån uppgifterna kommer")
    sensitive = LongText("Känsliga uppgifter", rows=10)
    published = LongText("Vad som visas på webben")
    recipients = LongText("Mottagare och personuppgiftsbiträden")
    times = LongText("Hur länge uppgifterna finns kvar")
    rights = LongText("Rättigheter och klagomål", rows=12)
    cookies = LongText("Kakor", rows=10)
    assessed_on = DateOfText("Dag när texten gicks igenom")


FORMS: dict[str, type[PublicTextForm]] = {
    TextKind.START: StartTextForm,
    TextKind.YEAR: YearTextForm,
    TextKind.ACCESSIBILITY: AccessibilityForm,
    TextKind.PERSONAL_DATA: PersonalDataForm,
}
