"""Forms for a section of the notes and for the reason of a correction."""

from html import unescape

from django import forms
from django_prose_editor.fields import ProseEditorFormField

from dialog_portal.base.typed_fields import LineField
from dialog_portal.base.typed_text import without_number
from minutes.pdf import sandbox
from minutes.pdf.render import unprintable_sentence
from minutes.sanitise import clean
from minutes.sanitise.text import normalise

MAX_HTML_LENGTH = 200_000  # characters of HTML; the section of a long meeting has a few thousand
EDITOR_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Link": True,
    "Blockquote": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "History": True,
}


class SectionForm(forms.Form):
    """The heading and text of one section, and the version that was shown when the person began to write."""

    heading = LineField(label="Rubrik", max_length=200)
    html = ProseEditorFormField(
        label="Anteckningar",
        required=False,
        max_length=MAX_HTML_LENGTH,
        sanitize=clean,
        extensions=EDITOR_EXTENSIONS,
        error_messages={"max_length": "Texten är för lång. Dela upp den i flera avsnitt."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_heading(self) -> str:
        return must_be_printable(without_number(self.cleaned_data["heading"]))

    def clean_html(self) -> str:
        return must_be_printable(self.cleaned_data["html"])


def must_be_printable(html: str) -> str:
    """Return the text unchanged. Raise ValidationError if the fonts of the PDF lack one of its characters.

    It is checked here, so that the person who typed the character can replace it at once.
    """
    if lacking := sandbox.unprintable_characters(normalise(unescape(html))):
        raise forms.ValidationError(unprintable_sentence(lacking))
    return html


class CorrectionForm(forms.Form):
    """The reason why published notes are corrected. It is shown on the public page of the new edition."""

    what = LineField(
        label="Vad ska rättas?",
        max_length=300,
        help_text="En mening som visas på webbplatsen, till exempel: Antalet deltagare är rättat från 45 till 43.",
        error_messages={"required": "Skriv vad som ska rättas. Det visas på webbplatsen."},
    )
