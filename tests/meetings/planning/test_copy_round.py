"""A round is copied from the year before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from meetings.models import FocusArea, Group, Meeting, MeetingState, Round, RoundPurpose
from meetings.planning.actions.rounds import copy_round
from meetings.planning.dates import weeks_between, weeks_later
from parties.models import Cadence
from tests import factories
from tests.meetings.acting import at, letter, signed_in
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("year", range(2019, 2040))
def test_a_copied_day_keeps_its_weekday_52_weeks_later(year):
    assert weeks_between(year, year + 1) == 52
    before = at(f"{year}-03-27 15:00")
    after = weeks_later(before, 52)
    assert (timezone.localtime(after) - timezone.localtime(before)).days in (363, 364)
    assert f"{timezone.localtime(after):%A %H.%M}" == f"{timezone.localtime(before):%A %H.%M}"


def test_over_many_years_the_copy_stays_near_the_date():
    before = at("2019-01-31 15:00")
    after = timezone.localtime(weeks_later(before, weeks_between(2019, 2027)))
    assert f"{after:%Y-%m-%d %A %H.%M}" == "2027-01-28 Thursday 15.00"


def make_year() -> tuple[Round, Meeting]:
    row = factories.round_(year=2026, diary_number="KN 2026/1", outside_reference="FSKF 1-2")
    row.purposes.add(RoundPurpose.objects.create(text="Gäller", from_year=2019))
    row.purposes.add(RoundPurpose.objects.create(text="Slutade", from_year=2019, to_year=2026))
    row.focus_areas.add(FocusArea.objects.create(code="1", name="Gäller", from_year=2019))
    row.focus_areas.add(FocusArea.objects.create(code="2", name="Slutade", from_year=2019, to_year=2026))
    host, ended = (
        factories.party(name="Nacka"),
        factories.party(ended=timezone.localdate() - timedelta(days=1)),
    )
    group = Group.objects.create(round=row, name="Söder", host=host)
    group.parties.set([host, ended])
    meeting = factories.meeting(
        round=row,
        title="Dialogmöte mars 2026",
        slug="dialogmote-mars-2026",
        starts_at=at("2026-03-26 15:00"),
        ends_at=at("2026-03-26 18:00"),
        reply_by=at("2026-03-19 23:59"),
        state=MeetingState.HELD,
        group=group,
        host=host,
        sequence=4,
        letter_version=3,
        message="Välkommen till årets möte",
        online="https://mote.example.org/1",
        diary_number="KN 2026/2",
        serves_meal=True,
        seats=5,
    )
    gone = factories.category(to_year=2026)
    meeting.categories.set([factories.category(name="Kommuner"), gone])
    factories.item(meeting, title="Öppen", presenter="Åsa")
    factories.item(meeting, title="Sluten", internal=True)
    letter(factories.invitee(factories.invitation(meeting)))
    return row, meeting


def test_a_copied_round_takes_the_plan_and_leaves_the_letters():
    source, old = make_year()
    user = factories.user()
    made = copy_round(source, year=2027, meetings=[old], by=user)
    assert (made.diary_number, made.outside_reference, made.signer) == ("", "", source.signer)
    assert [str(p) for p in made.purposes.all()] == ["Gäller"]
    assert [str(p) for p in made.focus_areas.all()] == ["Gäller"]
    group = made.groups.get()
    assert (group.name, str(group.host), [str(p) for p in group.parties.all()]) == (
        "Söder",
        "Nacka",
        ["Nacka"],
    )
    new = made.meetings.get()
    assert (new.title, new.slug, new.state) == ("Dialogmöte mars 2027", "dialogmote-mars-2027", "planned")
    assert (new.starts_at, new.ends_at) == (at("2027-03-25 15:00"), at("2027-03-25 18:00"))
    assert new.reply_by == at("2027-03-18 23:59")
    assert (new.group, str(new.host), new.serves_meal, new.seats, new.venue) == (
        group,
        "Nacka",
        True,
        5,
        old.venue,
    )
    assert (new.diary_number, new.message, new.online, new.sequence, new.letter_version) == ("", "", "", 0, 1)
    assert new.uid != old.uid
    assert [str(c) for c in new.categories.all()] == ["Kommuner"]
    assert (new.agenda.state, [(i.title, i.presenter) for i in new.agenda.items.all()]) == (
        "draft",
        [("Öppen", "Åsa")],
    )
    assert (new.letters.count(), new.invitations.count(), new.invitees.count()) == (0, 0, 0)
    assert [(s.before, s.after, s.by) for s in new.steps.all()] == [("", "planned", user)]


def test_copying_across_a_clock_change_keeps_the_hour_on_the_wall():
    source, old = make_year()
    old.starts_at, old.ends_at = at("2026-03-30 15:00"), at("2026-03-30 18:00")  # summer time; 2027-03-29 too
    # The evening of the change; a year later it is the day of the change
    old.reply_by = at("2026-03-29 23:59")
    old.save()
    new = copy_round(source, year=2027, meetings=[old], by=factories.user()).meetings.get()
    assert [f"{timezone.localtime(t):%Y-%m-%d %H.%M}" for t in (new.starts_at, new.ends_at, new.reply_by)] == [
        "2027-03-29 15.00", "2027-03-29 18.00", "2027-03-28 23.59",
    ]  # fmt: skip


def test_two_meetings_that_get_the_same_address_word_are_told_apart():
    source = factories.round_(year=2026)
    rows = [
        factories.meeting(round=source, slug="mote-2026"),
        factories.meeting(round=source, slug="mote-2027"),
    ]
    made = copy_round(source, year=2027, meetings=rows, by=factories.user())
    assert sorted(made.meetings.values_list("slug", flat=True)) == ["mote-2027", "mote-2027-2"]


def test_copying_to_a_year_that_exists_changes_nothing():
    source, old = make_year()
    factories.round_(year=2027)
    with pytest.raises(NotAllowed, match="redan en omgång för 2027"):
        copy_round(source, year=2027, meetings=[old], by=factories.user())
    assert Meeting.objects.count() == 1


def test_copying_300_meetings_takes_as_many_queries_as_one():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    used = []
    for number, year in ((1, 2030), (300, 2040)):
        source = factories.round_(year=year)
        for _ in range(number):
            factories.item(factories.meeting(round=source))
        rows = list(source.meetings.select_related("round", "officer").prefetch_related("categories"))
        with CaptureQueriesContext(connection) as queries:
            copy_round(source, year=year + 1, meetings=rows, by=factories.user())
        used.append(len(queries))
    assert used[1] <= used[0] + 20  # SQLite splits one large insert into several


def test_the_copy_page_ticks_what_is_due_and_copies_what_is_ticked():
    client, _ = signed_in()
    source = factories.round_(year=2026)
    due, resting = factories.meeting(round=source), factories.meeting(round=source)
    cancelled = factories.meeting(round=source, state=MeetingState.CANCELLED)
    yearly, biennial = factories.category(), factories.category()
    Cadence.objects.create(category=yearly, every=1, from_year=2020)
    Cadence.objects.create(category=biennial, every=2, from_year=2024)
    due.categories.add(yearly)
    resting.categories.add(biennial)
    url = reverse("staff:round_copy", args=[2026])
    response = client.get(url)
    assert response.context["form"].initial == {"year": 2027, "meetings": [due.pk]}
    assert cancelled.title not in without_breaks(response.content)
    assert client.post(url, {"year": "2026", "meetings": [due.pk]}).context["form"].errors["year"] == [
        "Det finns redan en omgång för det året."
    ]
    response = client.post(url, {"year": "2027", "meetings": [due.pk]})
    assert response.headers["Location"] == reverse("staff:round_detail", args=[2027])
    assert [m.title for m in Round.objects.get(year=2027).meetings.all()] == [due.title]
