"""Meetings are added, also by a button pressed twice, and copied."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from meetings.models import Agenda, Group, Meeting, MeetingStep, Round
from meetings.planning.actions import meetings
from meetings.planning.actions.meetings import add_meeting
from meetings.planning.forms import day_and_time
from parties.models import Cadence
from tests import factories
from tests.at_once import Encounter
from tests.meetings.acting import at, signed_in, typed
from tests.meetings.planning.planned import invited_meeting

pytestmark = pytest.mark.django_db


def add(client, **values):
    return client.post(reverse("staff:meeting_add", args=[2027]), typed(**values))


# --- Adding ----------------------------------------------------------------------------------------------------------


def test_a_meeting_is_added_with_an_empty_agenda_and_a_week_to_answer():
    client, user = signed_in()
    factories.round_(year=2027)
    category = factories.category()
    response = add(client, categories=[category.pk])
    meeting = Meeting.objects.get()
    assert response.headers["Location"] == reverse("staff:meeting_detail", args=[meeting.pk])
    assert (meeting.starts_at, meeting.ends_at) == (at("2027-05-06 15:00"), at("2027-05-06 18:00"))
    assert meeting.reply_by == at("2027-04-29 23:59")
    assert (meeting.slug, meeting.state, meeting.agenda.state) == (
        "dialogmote-med-kommunerna",
        "planned",
        "draft",
    )
    assert list(meeting.categories.all()) == [category]
    assert [(s.after, s.by, s.reason) for s in meeting.steps.all()] == [("planned", user, "Mötet lades upp.")]


def test_the_same_title_gives_another_address_word():
    client, _ = signed_in()
    factories.round_(year=2027)
    for day in ("2027-05-06", "2027-05-07", "2027-05-10"):
        add(client, title="Åäö! Möte", day=day)
    assert sorted(Meeting.objects.values_list("slug", flat=True)) == ["aao-mote", "aao-mote-2", "aao-mote-3"]


def test_a_button_pressed_twice_adds_one_meeting():
    client, _ = signed_in()
    factories.round_(year=2027)
    first, second = add(client, title="Samma möte"), add(client, title="Samma möte")
    assert second.headers["Location"] == first.headers["Location"]
    assert (Meeting.objects.count(), Agenda.objects.count()) == (1, 1)


CORRECTED = [
    {"title": "Ett annat"}, {"start": "14:00"}, {"end": "19:00"}, {"reply_on": "2027-05-01"},
    {"venue": "En annan lokal"}, {"room": "Sal 2"}, {"street": "Gatan 1"}, {"seats": "7"},
    {"online": "https://mote.example.org/1"}, {"serves_meal": "on"}, {"message": "Välkommen!"},
    {"diary_number": "KN 2027/1"}, {"outside_reference": "FSKF 1-2"},
]  # fmt: skip


@pytest.mark.parametrize("other", CORRECTED, ids=lambda other: next(iter(other)))
def test_another_meeting_is_added_however_soon(other):
    """Control of the test above."""
    client, _ = signed_in()
    factories.round_(year=2027)
    add(client)
    add(client, **other)
    assert Meeting.objects.count() == 2


def test_a_press_with_other_choices_from_the_register_is_another_meeting():
    client, user = signed_in()
    row, party, category = factories.round_(year=2027), factories.party(), factories.category()
    group = Group.objects.create(round=row, name="Norr")
    choices = [
        {},
        {"group": group.pk},
        {"host": party.pk},
        {"officer": user.pk},
        {"categories": [category.pk]},
    ]
    for choice in choices * 2:
        add(client, **choice)
    assert row.meetings.count() == len(choices)


def test_the_same_meeting_by_a_colleague_or_later_is_another_one():
    row = factories.round_(year=2027)
    for client, _ in (signed_in(), signed_in()):
        add(client)
    assert row.meetings.count() == 2
    MeetingStep.objects.update(at=timezone.now() - timedelta(minutes=2))
    add(client)
    assert row.meetings.count() == 3


def test_a_copy_pressed_twice_is_one_meeting_with_each_point_once():
    client, _ = signed_in()
    source = factories.meeting(round=factories.round_(year=2027))
    factories.item(source)
    moment = {"title": "Kopian", "day": "2027-05-06", "start": "15:00", "end": "18:00"}
    for _ in range(2):
        client.post(reverse("staff:meeting_copy", args=[source.pk]), moment)
    assert Meeting.objects.get(title="Kopian").agenda.items.count() == 1


def test_a_title_without_letters_still_gets_an_address_word():
    client, _ = signed_in()
    factories.round_(year=2027)
    add(client, title="!?")
    assert Meeting.objects.get().slug == "mote"


def test_a_time_is_understood_with_a_full_stop():
    client, _ = signed_in()
    factories.round_(year=2027)
    add(client, start="15.30", end="17.00")
    assert Meeting.objects.get().starts_at == at("2027-05-06 15:30")


WRONG = [
    ({"end": "14:00"}, "end", "Mötet slutar innan det börjar."),
    ({"end": "15:00"}, "end", "Mötet slutar innan det börjar."),
    ({"seats": "0"}, "seats", "En part behöver minst en plats."),
    ({"seats": "10000"}, "seats", "En part kan få högst 50 platser."),
    ({"seats": "-1"}, "seats", "En part behöver minst en plats."),
    ({"seats": "tre"}, "seats", "Skriv antalet platser med siffror."),
    ({"day": "2027-02-30"}, "day", "Skriv dagen som 2019-01-31."),
    ({"day": ""}, "day", "Ange en dag."),
    ({"start": "25:00"}, "start", "Skriv tiden som 15:00."),
    ({"reply_on": "2027-05-07"}, "reply_on", "Svarstiden går ut efter att mötet har börjat."),
    (
        {"title": "Möte\r\nBcc: alla@example.org"},
        "title",
        "Texten får inte innehålla radbrytningar eller styrtecken.",
    ),
    (
        {"day": "2027-03-28", "start": "02:30", "end": "04:00"},
        "start",
        day_and_time.skipped_time_sentence(date(2027, 3, 28), time(2, 30)),
    ),
    (
        {"day": "2027-10-31", "start": "01:00", "end": "02:30"},
        "end",
        day_and_time.repeated_time_sentence(date(2027, 10, 31), time(2, 30)),
    ),
]


@pytest.mark.parametrize(("wrong", "field", "words"), WRONG)
def test_wrong_input_is_explained_at_its_field_and_nothing_is_stored(wrong, field, words):
    client, _ = signed_in()
    factories.round_(year=2027)
    response = add(client, **wrong)
    assert response.context["form"].errors == {field: [words]}
    assert Meeting.objects.count() == 0


@pytest.mark.parametrize("clock", [("01:59", "03:00"), ("03:00", "04:00")])
def test_the_hours_around_the_clock_change_are_taken(clock):
    client, _ = signed_in()
    factories.round_(year=2027)
    add(client, day="2027-03-28", start=clock[0], end=clock[1])
    meeting = Meeting.objects.get()
    assert f"{timezone.localtime(meeting.starts_at):%H:%M}" == clock[0]
    assert meeting.length == (1 if clock[0] == "01:59" else 60)  # 02.00–03.00 does not exist that night


def test_the_deadline_may_be_the_day_itself_and_ends_when_the_meeting_begins():
    client, _ = signed_in()
    factories.round_(year=2027)
    add(client, reply_on="2027-05-06")
    meeting = Meeting.objects.get()
    assert meeting.reply_by == meeting.starts_at


def test_what_looks_like_a_slip_is_pointed_out_but_saved():
    client, _ = signed_in()
    factories.round_(year=2027)
    url = reverse("staff:meeting_add", args=[2027])
    page = client.post(url, typed(day="2019-05-06", diary_number="dnr 4"), follow=True).content.decode()
    assert Meeting.objects.count() == 1
    assert "Det skrivs vanligen som KN 2019/123." in page
    assert "på en dag som redan har varit" in page
    assert "ligger inte under 2027" in page


def test_a_category_in_the_address_fills_in_what_is_usual():
    client, user = signed_in()
    factories.round_(year=2027)
    category = factories.category(name="Kommunerna", seats=4)
    Cadence.objects.create(category=category, from_year=2020)
    form = client.get(reverse("staff:meeting_add", args=[2027]), {"kategori": category.pk}).context["form"]
    assert (form["title"].value(), form["seats"].value()) == ("Dialogmöte med kommunerna", 4)
    assert (form["categories"].value(), form["officer"].value()) == ([category.pk], user.pk)
    assert client.get(reverse("staff:meeting_add", args=[2027]), {"kategori": "x"}).status_code == 200


def test_the_sentences_about_the_clock_change_say_what_happens_and_what_to_do():
    night, choose = time(2, 30), "Välj en tid före 02.00 eller från 03.00."
    never = f"Klockan 02.30 finns inte den 28 mars 2027: då ställs klockan fram till sommartid. {choose}"
    twice = (
        "Klockan 02.30 inträffar två gånger den 31 oktober 2027: då ställs klockan tillbaka till vintertid."
    )
    assert day_and_time.skipped_time_sentence(date(2027, 3, 28), night) == never
    assert day_and_time.repeated_time_sentence(date(2027, 10, 31), night) == f"{twice} {choose}"


# --- Constraints -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"seats": 0},
        {"seats": 51},
        {"state": "lost"},
        {"ends_at": at("2027-05-06 15:00")},
        {"reply_by": at("2027-05-06 15:01")},
    ],
)
def test_the_database_refuses_what_must_never_be(wrong):
    given = {
        "starts_at": at("2027-05-06 15:00"),
        "ends_at": at("2027-05-06 18:00"),
        "reply_by": at("2027-05-01 12:00"),
    }
    factories.meeting(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.meeting(**{**given, **wrong})


def test_the_database_holds_an_address_word_once_a_round():
    meeting = factories.meeting(slug="mote")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.meeting(round=meeting.round, slug="mote")


# --- Copying ---------------------------------------------------------------------------------------------------------


def test_a_copy_on_another_day_has_the_agenda_and_none_of_the_letters():
    client, _ = signed_in()
    meeting, _letters = invited_meeting(diary_number="KN 2027/3", seats=5)
    factories.item(meeting, title="Öppen")
    factories.item(meeting, title="Sluten", internal=True)
    data = {"title": "Ett till", "day": "2027-06-03", "start": "09:00", "end": "11:00"}
    client.post(reverse("staff:meeting_copy", args=[meeting.pk]), data)
    made = Meeting.objects.exclude(pk=meeting.pk).get()
    assert (made.title, made.slug, made.state, made.seats) == ("Ett till", "ett-till", "planned", 5)
    assert (made.starts_at, made.venue, made.diary_number) == (at("2027-06-03 09:00"), meeting.venue, "")
    assert [item.title for item in made.agenda.items.all()] == ["Öppen", "Sluten"]
    assert (made.letters.count(), made.invitations.count(), made.uid == meeting.uid) == (0, 0, False)


def test_a_copy_for_another_group_is_at_that_groups_host():
    client, _ = signed_in()
    meeting = factories.meeting(host=factories.party(name="Nacka"))
    group = Group.objects.create(round=meeting.round, name="Norr", host=factories.party(name="Täby"))
    data = {"title": "Norr", "group": group.pk, "day": "2027-06-03", "start": "09:00", "end": "11:00"}
    client.post(reverse("staff:meeting_copy", args=[meeting.pk]), data)
    made = Meeting.objects.get(title="Norr")
    assert (made.group, str(made.host), made.where) == (group, "Täby", "Plats meddelas senare")


def test_a_copy_with_a_wrong_time_is_explained():
    client, _ = signed_in()
    meeting = factories.meeting()
    data = {"title": "Ett till", "day": "2027-06-03", "start": "11:00", "end": "09:00"}
    response = client.post(reverse("staff:meeting_copy", args=[meeting.pk]), data)
    assert response.context["form"].errors == {"end": ["Mötet slutar innan det börjar."]}
    assert Meeting.objects.count() == 1


def pressed_twice(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """Return how many presses were answered, with how many meetings, and how many there are.

    The first press looks for an earlier one and halts until the second has looked too, or waits for the lock.
    """
    user, row, start = factories.user(), factories.round_(year=2027), factories.afternoon(30)
    made, both = [], Encounter()

    def press():
        meeting = Meeting(
            round=row,
            title="Samma möte",
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            reply_by=start,
            officer=user,
        )
        with suppress(IntegrityError):
            made.append(add_meeting(meeting, categories=[], by=user).pk)

    monkeypatch.setattr(meetings, "find_double_press", both.after(meetings.find_double_press))
    both.run(press, press)
    return len(made), len(set(made)), Meeting.objects.count()


# --- The page --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_add_one_meeting(monkeypatch):
    assert pressed_twice(monkeypatch) == (2, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_presses_add_two_meetings(vendor, monkeypatch):
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr(Round.objects, "select_for_update", Round.objects.all, raising=False)
    assert pressed_twice(monkeypatch) == (2, 2, 2)
