"""The form about a name in an edition."""

from django import forms

from dialog_portal.base.typed_fields import LineField
from dialog_portal.base.typed_text import one_line


class DealtWithForm(forms.Form):
    """What was done about the name of a protected person in a published edition."""

    how = LineField(
        label="Vad gjordes?",
        max_length=300,
        validators=[one_line],
        help_text="Till exempel: en ny utgåva är publicerad, och driften har tagit bort den gamla filen.",
        error_messages={"required": "Skriv vad som gjordes, så att den som läser det senare förstår."},
    )
