"""Staff forms for a round and its groups: add, change, copy to another year."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from dialog_portal.base.swedish import join_words, weekday
from dialog_portal.base.typed_text import is_same_text
from dialog_portal.base.versioned_form import VersionedForm
from meetings.models import FocusArea, Group, Meeting, MeetingState, Round, RoundPurpose
from meetings.models.group_members import group_names_by_party
from meetings.planning.dates import weeks_between, weeks_later
from meetings.planning.forms.day_and_time import MeetingDayField
from meetings.planning.forms.diary_number import DiaryNumberWarning
from parties.models import EARLIEST_YEAR, LATEST_YEAR, Category, Party, in_year


class RoundForm(DiaryNumberWarning, VersionedForm):
    """A round. Its year cannot be changed when it has meetings, because the year is part of their URLs."""

    conference_on = MeetingDayField("Konferensdag", required=False)

    class Meta:
        model = Round
        fields = (
            "year", "purposes", "focus_areas", "diary_number", "outside_reference", "conference_on",
            "conference_place", "signer", "signer_title", "reminds",
        )  # fmt: skip
        widgets = {
            "purposes": forms.CheckboxSelectMultiple,
            "focus_areas": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.instance.year or self.initial.get("year")
        self.fields["purposes"].queryset = valid_in_year(RoundPurpose.objects.all(), self.instance, year)  # type: ignore[attr-defined]
        self.fields["focus_areas"].queryset = valid_in_year(FocusArea.objects.all(), self.instance, year)  # type: ignore[attr-defined]
        if self.instance.pk and self.instance.meetings.exists():
            self.fields["year"].disabled = True
            self.fields["year"].help_text = "Året kan inte ändras när omgången har möten."


def valid_in_year(rows: Any, round_: Round, year: int | None) -> Any:
    """Return the rows that are valid in the year or already used by the round; all rows if there is no year yet."""
    if not year:
        return rows
    return rows.filter(in_year(year) | Q(pk__in=rows.filter(rounds=round_.pk))).distinct()


class MeetingChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The meetings to copy, each with its present day and the day it gets, `weeks` later."""

    weeks = 52

    def label_from_instance(self, meeting: Meeting) -> str:
        then = weeks_later(meeting.starts_at, self.weeks)
        return f"{meeting.title}: {weekday(meeting.starts_at)} blir {weekday(then)}"


class CopyRoundForm(forms.Form):
    """Copy a round: to which year, and which of its meetings to copy."""

    year = forms.IntegerField(label="År", min_value=EARLIEST_YEAR, max_value=LATEST_YEAR)
    meetings = MeetingChoices(
        Meeting.objects.none(), label="Möten som ska med", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, source: Round, year: int) -> None:
        rows = source.meetings.exclude(state=MeetingState.CANCELLED).select_related("round", "officer")
        with_cadences = rows.prefetch_related("categories__cadences")
        due = [row.pk for row in with_cadences if is_meeting_due(row, year)]
        super().__init__(data, initial={"year": year, "meetings": due})
        chosen: Any = self.fields["meetings"]
        chosen.queryset = rows
        chosen.weeks = weeks_between(source.year, year)

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if Round.objects.filter(year=year).exists():
            raise forms.ValidationError("Det finns redan en omgång för det året.")
        return year


def is_meeting_due(meeting: Meeting, year: int) -> bool:
    """Return whether one of the meeting's categories meets that year, or whether it has no category."""
    categories: list[Category] = list(meeting.categories.all())
    return not categories or any(cadence.is_due(year) for row in categories for cadence in row.cadences.all())


class GroupMembers(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The parties of a group, each with the other groups of the round in which it stands."""

    elsewhere: dict[int, list[str]] = {}

    def label_from_instance(self, party: Party) -> str:
        others = self.elsewhere.get(party.pk)
        return f"{party} (står i {join_words(others)})" if others else party.name


class GroupForm(VersionedForm):
    """A group: its parties, which meet together in a year, and which of them is the host.

    `warnings` are shown after saving: a party in two groups is invited to the meetings of both.
    """

    parties = GroupMembers(
        Party.objects.none(), label="Parter", required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Group
        fields = ("name", "parties", "host")
        error_messages = {"name": {"unique": "Omgången har redan en grupp med det namnet."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group, year = self.instance, self.instance.round.year
        self.elsewhere = group_names_by_party(group.round, apart_from=group)
        parties: Any = self.fields["parties"]
        host: Any = self.fields["host"]
        known = Party.objects.active(date(year, 1, 1))
        parties.elsewhere = self.elsewhere
        parties.queryset = (known | Party.objects.filter(groups=group.pk)).distinct()
        host.queryset = known | Party.objects.filter(pk=group.host_id)

    @property
    def warnings(self) -> list[str]:
        """Return texts about what was saved but may be a mistake."""
        chosen, host = self.cleaned_data["parties"], self.cleaned_data["host"]
        twice = [party for party in chosen if party.pk in self.elsewhere]
        found = [f"{party} står också i {join_words(self.elsewhere[party.pk])}." for party in twice]
        if host and host not in chosen:
            found.append(f"Värden {host} står inte i gruppen och bjuds därför inte in till gruppens möten.")
        return found

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Group.objects.filter(round=self.instance.round).exclude(pk=self.instance.pk)
        if any(is_same_text(other.name, name) for other in others):
            raise forms.ValidationError("Omgången har redan en grupp med det namnet.")
        return name
