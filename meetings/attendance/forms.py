"""The form about people who came without being on the list."""

from django import forms

from meetings.models import Attendee


class AddAttendee(forms.ModelForm):  # type: ignore[type-arg]
    """A participant who was not invited by name; an address is needed to send them the notes."""

    class Meta:
        model = Attendee
        fields = ("name", "organisation", "title", "email", "staff")
        help_texts = {"email": "Behövs för att personen ska få minnesanteckningarna."}
