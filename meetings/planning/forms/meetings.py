"""Staff forms for a meeting: add or change it, copy it, cancel it. Day and time are fields of their own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.access.permissions import WORK
from dialog_portal.base.swedish import swedish
from dialog_portal.base.typed_fields import LineField, ParagraphsField, WebAddressField
from dialog_portal.base.versioned_form import VersionedForm
from meetings.models import Group, Meeting, MeetingState, Round
from meetings.planning.dates import moments_as_typed
from meetings.planning.forms.day_and_time import ClockField, MeetingDayField, to_moment
from meetings.planning.forms.diary_number import DiaryNumberWarning
from parties.models import MAX_SEATS, Category, Party, in_year

DAYS_TO_ANSWER = 7
LONGEST_TO_ANSWER = timedelta(days=366)  # an earlier last day is a mistyped year
END_OF_DAY = time(23, 59)


def default_last_day(day: date) -> date:
    """Return the last day to answer when none was typed: DAYS_TO_ANSWER before, but not one that has already been."""
    return max(day - timedelta(days=DAYS_TO_ANSWER), min(day, timezone.localdate()))


class DayAndTimeForm(forms.Form):
    """A form with a day, a start, an end and the last day to answer, in Stockholm time."""

    day = MeetingDayField("Dag")
    start = ClockField("Börjar")
    end = ClockField("Slutar")
    reply_on = MeetingDayField(
        "Svar senast", required=False, help_text="Om du lämnar fältet tomt blir det sju dagar före mötet."
    )

    def read_moments(self, earlier: datetime | None = None) -> dict[str, datetime]:
        """Return `starts_at`, `ends_at` and `reply_by`; with an error, add it to its field and return {}.

        `earlier` is the stored `reply_by` of a meeting that is being changed.
        """
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
            return to_moment(day, clock)
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None

    def _deadline(self, day: date, starts_at: datetime, earlier: datetime | None) -> datetime:
        """Return the end of the last day to answer, but at most the start of the meeting.

        If the day is the same as in `earlier`, return `earlier`: it may have another time of day.
        """
        last = self.cleaned_data.get("reply_on") or default_last_day(day)
        if last > day:
            self.add_error("reply_on", "Svarstiden går ut efter att mötet har börjat.")
        if last < day - LONGEST_TO_ANSWER:
            self.add_error("reply_on", "Svarstiden går ut mer än ett år före mötet. Kontrollera årtalet.")
        if earlier and timezone.localdate(earlier) == last and earlier <= starts_at:
            return earlier
        return min(to_moment(last, END_OF_DAY), starts_at)


class MeetingForm(DiaryNumberWarning, VersionedForm, DayAndTimeForm):
    """A new meeting, or a change of one."""

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

    online = WebAddressField(
        label="Länk till digitalt möte",
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Skriv hela adressen, som https://mote.example.org/1."},
    )

    class Meta:
        model = Meeting
        fields = (
            "title", "categories", "group", "host", "venue", "room", "street", "town", "online", "seats",
            "serves_meal", "message", "diary_number", "outside_reference", "officer",
        )  # fmt: skip
        widgets = {"categories": forms.CheckboxSelectMultiple, "message": forms.Textarea(attrs={"rows": 4})}
        labels = {"serves_meal": "Vi bjuder på mat"}
        help_texts = {
            "town": "Står i brev och kalender, så att den som reser hittar dit. Till exempel Nynäshamn.",
            "serves_meal": "Då får de inbjudna frågan om specialkost när de svarar.",
            "group": "Gruppens parter föreslås när du bjuder in, och gruppens värd blir mötets värd.",
            "host": "Lämna tomt om gruppens värd också är mötets.",
        }

    field_order = ("title", "day", "start", "end", "reply_on", "venue", "room", "street", "town", "online")
    parts = (
        ("När", ("day", "start", "end", "reply_on")),
        ("Var", ("venue", "room", "street", "town", "online")),
        ("Vilka", ("categories", "group", "host", "seats", "serves_meal")),
        ("Inbjudan och handläggning", ("message", "officer", "diary_number", "outside_reference")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update(moments_as_typed(self.instance))
        self.compared_fields += ["day", "start", "end", "reply_on"]
        self._limit_choices(self.instance.round)

    def _limit_choices(self, round_: Round) -> None:
        """Offer only the categories and groups of the year, active parties, and officers who may work with meetings."""
        officers = User.objects.filter(is_active=True, role__in=WORK) | User.objects.filter(
            pk=self.instance.officer_id
        )
        offers = {
            "categories": Category.objects.filter(in_year(round_.year)),
            "group": Group.objects.filter(round=round_),
            "host": (Party.objects.active() | Party.objects.filter(pk=self.instance.host_id)).in_order(),
            "officer": officers.order_by(swedish("name"), "pk"),
        }
        for name, rows in offers.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        moments = moments_as_typed(row)
        return moments[name] if name in moments else VersionedForm.stored_value(row, name)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.moments = self.read_moments(self.instance.reply_by if self.instance.pk else None)
        for name, value in self.moments.items():
            setattr(self.instance, name, value)
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        return super().values | self.moments

    @property
    def warnings(self) -> list[str]:
        """Return texts about values that were saved but may be mistakes: a past day, a day in another year."""
        found = super().warnings
        meeting = self.instance
        if meeting.state == MeetingState.PLANNED and meeting.starts_at < timezone.now():
            found.append("Mötet är sparat på en dag som redan har varit.")
        elif meeting.starts_at > timezone.now() > meeting.reply_by:
            found.append("Svarstiden har redan gått ut. Ändra Svar senast om de inbjudna ska kunna svara.")
        if timezone.localdate(meeting.starts_at).year != meeting.round.year:
            found.append(f"Mötet ligger inte under {meeting.round.year}, som är omgångens år.")
        if meeting.venue and not meeting.town:
            found.append("Orten saknas. Fyll i den, så står den i brev, i kalendern och på webben.")
        return found

    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields with the heading under which the page shows them."""
        return [(heading, [self[name] for name in names]) for heading, names in self.parts]


class CopyMeetingForm(DayAndTimeForm):
    """Copy a meeting to another day, or to another group (delning) on the same day."""

    title = LineField(label="Rubrik", max_length=Meeting._meta.get_field("title").max_length)
    group = forms.ModelChoiceField(
        Group.objects.none(),
        label="Grupp",
        required=False,
        empty_label="Ingen grupp",
        help_text="I en annan grupp blir gruppens värd mötets värd.",
    )
    field_order = ("title", "group", "day", "start", "end", "reply_on")

    def __init__(self, data: Any = None, *, source: Meeting) -> None:
        times = moments_as_typed(source) | {"day": None, "reply_on": None}
        super().__init__(data, initial={"title": source.title, "group": source.group_id, **times})
        self.fields["group"].queryset = Group.objects.filter(round=source.round_id)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | self.read_moments()


class CancelForm(forms.Form):
    """The reason why a meeting is cancelled."""

    reason = ParagraphsField(
        label="Varför ställs mötet in?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Står i brevet till de inbjudna och på deras sidor. Skriv inget om enskilda personer.",
        error_messages={"required": "Skriv varför mötet ställs in."},
    )
