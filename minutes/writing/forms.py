"""What people type about minutes."""

from html import unescape

from django import forms
from django_prose_editor.fields import ProseEditorFormField

from dialog_portal.base.typed_text import one_line
from minutes.pdf import typeset
from minutes.pdf.render import unprintable_sentence
from minutes.sanitise import clean
from minutes.sanitise.text import normalise

MAX_HTML = 200_000  # characters of HTML; a long meeting's section is some thousand
EXTENSIONS = {
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
    """The heading and text of one section, with the version that the person began from."""

    heading = forms.CharField(label="Rubrik", max_length=200, validators=[one_line])
    html = ProseEditorFormField(
        label="Anteckningar",
        required=False,
        max_length=MAX_HTML,
        sanitize=clean,
        extensions=EXTENSIONS,
        error_messages={"max_length": "Texten är för lång. Dela upp den i flera avsnitt."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_heading(self) -> str:
        return printable(self.cleaned_data["heading"])

    def clean_html(self) -> str:
        return printable(self.cleaned_data["html"])


def printable(html: str) -> str:
    """Refuse what the archive's PDF could not show, while the person who typed it is still there."""
    if lacking := typeset.unprintable(normalise(unescape(html))):
        raise forms.ValidationError(unprintable_sentence(lacking))
    return html


class CorrectionForm(forms.Form):
    """Why published notes must be changed; the reason stands on the page of the new edition."""

    what = forms.CharField(
        label="Vad ska rättas?",
        max_length=300,
        validators=[one_line],
        help_text="En mening som visas på webbplatsen, till exempel: Antalet deltagare är rättat från 45 till 43.",
        error_messages={"required": "Skriv vad som ska rättas. Det visas på webbplatsen."},
    )
