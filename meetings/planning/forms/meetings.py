"""What people type about a meeting: the day and the clock as plain fields, and everything else about it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.access.permissions import WORK
from dialog_portal.base.versioned_form import VersionedForm
from meetings.models import Group, Meeting, MeetingState, Round
from meetings.planning.dates import days_and_clock
from meetings.planning.forms.day_and_time import ClockField, DayField, at
from meetings.planning.forms.diary_number import DiaryNumberWarning
from parties.models import MAX_SEATS, Category, Party, in_year

DAYS_TO_ANSWER = 7
END_OF_DAY = time(23, 59)


class Appointment(forms.Form):
    """Day, start, end and the last day to answer, as people type them."""

    day = DayField("Dag")
    start = ClockField("Börjar")
    end = ClockField("Slutar")
    reply_on = DayField(
        "Svar senast", required=False, help_text="Om du lämnar fältet tomt blir det sju dagar före mötet."
    )

    def read_appointment(self, earlier: datetime | None = None) -> dict[str, datetime]:
        """The three moments; what is wrong is said at its field and leaves them out."""
        day, start, end = (self.cleaned_data.get(name) for name in ("day", "start", "end"))
        starts_at = self._moment("start", day, start)
        ends_at = self._moment("end", day, end)
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("end", "Mötet slutar innan det börjar.")
        if not (starts_at and ends_at and day) or self.errors:
            return {}
        return {
            "starts_at": starts_at,
            "ends_at": ends_at,
            "reply_by": self._deadline(day, starts_at, earlier),
        }

    def _moment(self, name: str, day: date | None, clock: time | None) -> datetime | None:
        if day is None or clock is None:
            return None
        try:
            return at(day, clock)
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None

    def _deadline(self, day: date, starts_at: datetime, earlier: datetime | None) -> datetime:
        """The end of the chosen day, at most the start of the meeting; a day that was kept keeps its hour."""
        last = self.cleaned_data.get("reply_on") or day - timedelta(days=DAYS_TO_ANSWER)
        if last > day:
            self.add_error("reply_on", "Svarstiden går ut efter att mötet har börjat.")
        if earlier and timezone.localdate(earlier) == last and earlier <= starts_at:
            return earlier
        return min(at(last, END_OF_DAY), starts_at)


class MeetingForm(DiaryNumberWarning, VersionedForm, Appointment):
    """A meeting, new or changed."""

    seats = forms.IntegerField(
        label="Platser per part",
        min_value=1,
        max_value=MAX_SEATS,
        error_messages={
            "min_value": "En part behöver minst en plats.",
            "max_value": f"En part kan få högst {MAX_SEATS} platser.",
            "invalid": "Skriv antalet platser med siffror.",
            "required": "Ange hur många platser varje part får.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": MAX_SEATS}),
        help_text="Vanligen tre.",
    )

    online = forms.URLField(
        label="Länk till digitalt möte",
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Skriv hela adressen, som https://mote.example.org/1."},
    )

    class Meta:
        model = Meeting
        fields = (
            "title", "categories", "group", "host", "venue", "room", "street", "online", "seats",
            "serves_meal", "message", "diary_number", "outside_reference", "officer",
        )  # fmt: skip
        widgets = {"categories": forms.CheckboxSelectMultiple, "message": forms.Textarea(attrs={"rows": 4})}
        labels = {"serves_meal": "Vi bjuder på mat"}
        help_texts = {"serves_meal": "Då får de inbjudna frågan om specialkost när de svarar."}

    field_order = ("title", "day", "start", "end", "reply_on", "venue", "room", "street", "online")
    parts = (
        ("När", ("day", "start", "end", "reply_on")),
        ("Var", ("venue", "room", "street", "online")),
        ("Vilka", ("categories", "group", "host", "seats", "serves_meal")),
        ("Inbjudan och handläggning", ("message", "officer", "diary_number", "outside_reference")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update(days_and_clock(self.instance))
        self.compared += ["day", "start", "end", "reply_on"]
        self._offer(self.instance.round)

    def _offer(self, round_: Round) -> None:
        """Only what belongs to the year, and officers who may work with it."""
        officers = User.objects.filter(is_active=True, role__in=WORK) | User.objects.filter(
            pk=self.instance.officer_id
        )
        offers = {
            "categories": Category.objects.filter(in_year(round_.year)),
            "group": Group.objects.filter(round=round_),
            "host": Party.objects.active().in_order(),
            "officer": officers.order_by("name"),
        }
        for name, rows in offers.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        moments = days_and_clock(row)
        return moments[name] if name in moments else VersionedForm.stored_value(row, name)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.moments = self.read_appointment(self.instance.reply_by if self.instance.pk else None)
        for name, value in self.moments.items():
            setattr(self.instance, name, value)
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        return super().values | self.moments

    @property
    def warnings(self) -> list[str]:
        """What is saved but looks like a slip."""
        found = super().warnings
        meeting = self.instance
        if meeting.state == MeetingState.PLANNED and meeting.starts_at < timezone.now():
            found.append("Mötet är sparat på en dag som redan har varit.")
        if timezone.localdate(meeting.starts_at).year != meeting.round.year:
            found.append(f"Mötet ligger inte under {meeting.round.year}, som är omgångens år.")
        return found

    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the headings of the page."""
        return [(heading, [self[name] for name in names]) for heading, names in self.parts]


class CopyMeetingForm(Appointment):
    """Where a copy of a meeting goes: another day, or another group (delning) the same day."""

    title = forms.CharField(label="Rubrik", max_length=160)
    group = forms.ModelChoiceField(
        Group.objects.none(),
        label="Grupp",
        required=False,
        empty_label="Ingen grupp",
        help_text="I en annan grupp blir gruppens värd mötets värd.",
    )
    field_order = ("title", "group", "day", "start", "end", "reply_on")

    def __init__(self, data: Any = None, *, source: Meeting) -> None:
        times = days_and_clock(source) | {"day": None, "reply_on": None}
        super().__init__(data, initial={"title": source.title, "group": source.group_id, **times})
        self.fields["group"].queryset = Group.objects.filter(round=source.round_id)  # type: ignore[attr-defined]
        self.fields["title"].validators += Meeting._meta.get_field("title").validators

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | self.read_appointment()


class CancelForm(forms.Form):
    """Why a meeting is called off."""

    reason = forms.CharField(
        label="Varför ställs mötet in?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Står i brevet till de inbjudna och på deras sidor. Skriv inget om enskilda personer.",
        error_messages={"required": "Skriv varför mötet ställs in."},
    )
