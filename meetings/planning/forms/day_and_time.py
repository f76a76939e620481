"""Fields for a day and a time, and the moment that they mean, also on the nights when summer time begins or ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django import forms
from django.utils import timezone

from dialog_portal.base.swedish import day as swedish_day
from dialog_portal.base.typed_fields import DayField
from parties.models import EARLIEST_YEAR


def to_moment(day: date, clock: time) -> datetime:
    """Return a day and a time in Stockholm as UTC. Raise ValidationError if summer time skips or repeats that time."""
    wall = datetime.combine(day, clock)
    zone = timezone.get_current_timezone()
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise forms.ValidationError(skipped_time_sentence(day, clock), code="never")
    raise forms.ValidationError(repeated_time_sentence(day, clock), code="twice")


def skipped_time_sentence(day: date, clock: time) -> str:
    """Return the error text for a time that does not exist, because summer time begins."""
    return (
        f"Klockan {clock:%H.%M} finns inte den {swedish_day(day)}: då ställs klockan fram till sommartid. "
        "Välj en tid före 02.00 eller från 03.00."
    )


def repeated_time_sentence(day: date, clock: time) -> str:
    """Return the error text for a time that comes twice, because summer time ends."""
    return (
        f"Klockan {clock:%H.%M} inträffar två gånger den {swedish_day(day)}: då ställs klockan tillbaka till "
        "vintertid. Välj en tid före 02.00 eller från 03.00."
    )


class MeetingDayField(DayField):
    """A day of a meeting or a round: in one of the years that a round can have."""

    def __init__(self, label: str, **options: object) -> None:
        errors = {"required": "Ange en dag.", "invalid": "Skriv dagen som 2019-01-31."}
        first = date(EARLIEST_YEAR, 1, 1)
        super().__init__(label=label, earliest=first, error_messages=errors, **options)


class ClockField(forms.TimeField):
    """A time of day, picked in the browser or typed as 15:00 or 15.00."""

    def __init__(self, label: str, **options: object) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        errors = {"required": "Ange ett klockslag.", "invalid": "Skriv tiden som 15:00."}
        formats = ["%H:%M", "%H.%M", "%H:%M:%S"]
        super().__init__(label=label, widget=widget, error_messages=errors, input_formats=formats, **options)  # type: ignore[arg-type]
