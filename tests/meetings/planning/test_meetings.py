"""Meetings: typed in, changed, copied, cancelled, held; and what that does to letters that wait."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.outbox.models import Letter, State
from meetings.mailings.pending_letters import count_pending
from meetings.models import Agenda, Group, Meeting, MeetingState, MeetingStep, Purpose, Round
from meetings.models.meeting import MEETING_NEXT
from meetings.planning.actions import meetings
from meetings.planning.actions.meetings import add_meeting, cancel_meeting, mark_as_held
from meetings.planning.forms import day_and_time
from meetings.planning.progress import state_chain
from parties.models import Cadence
from tests import factories
from tests.at_once import Encounter
from tests.meetings.acting import at, letter, retyped, signed_in, typed

pytestmark = pytest.mark.django_db
PLANNED, ANNOUNCED, INVITED, HELD, CANCELLED = MeetingState


# --- States: the table written out a second time ---------------------------------------------------------------------

ALLOWED = {
    ("planned", "announced"),
    ("planned", "invited"),
    ("planned", "held"),
    ("planned", "cancelled"),
    ("announced", "invited"),
    ("announced", "held"),
    ("announced", "cancelled"),
    ("invited", "held"),
    ("invited", "cancelled"),
}


@pytest.mark.parametrize(("before", "after"), list(product(MeetingState, MeetingState)))
def test_a_meeting_moves_only_where_the_rules_say(before, after):
    meeting, user = factories.meeting(state=before), factories.user()
    if (before, after) in ALLOWED:
        assert take_step(meeting, MEETING_NEXT, after, by=user).state == after
        assert list(meeting.steps.values_list("before", "after", "by")) == [(before, after, user.pk)]
        return
    with pytest.raises(NotAllowed):
        take_step(meeting, MEETING_NEXT, after, by=user)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.steps.count()) == (before, 0)


@pytest.mark.parametrize(
    ("state", "drawn"),
    [
        (PLANNED, ["planned now", "announced todo", "invited todo", "held todo"]),
        (ANNOUNCED, ["planned done", "announced now", "invited todo", "held todo"]),
        (INVITED, ["planned done", "invited now", "held todo"]),
        (HELD, ["planned done", "invited done", "held now"]),
        (CANCELLED, ["cancelled now"]),
    ],
)
def test_the_chain_shows_how_far_the_meeting_has_come(state, drawn):
    assert [f"{stage.state} {stage.status}" for stage in state_chain(Meeting(state=state))] == drawn


def test_the_chain_counts_a_held_meeting_as_done_once_its_notes_have_begun():
    assert state_chain(Meeting(state=HELD), has_minutes=True)[-1].status == "done"


def test_the_chain_of_a_cancelled_meeting_ends_where_it_ended():
    meeting, user = factories.meeting(), factories.user()
    take_step(meeting, MEETING_NEXT, INVITED, by=user)
    meeting = cancel_meeting(meeting, reason="Sjukdom", by=user)
    drawn = state_chain(meeting, list(meeting.steps.all()))
    assert [(stage.label, stage.status) for stage in drawn] == [("inbjudet", "done"), ("inställt", "now")]


# --- Adding ----------------------------------------------------------------------------------------------------------


def add(client, **values):
    return client.post(reverse("staff:meeting_add", args=[2027]), typed(**values))


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
    {"diary_number": "KN 2027/1"}, {"outside_reference": "AKTNR 1-2"},
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


# --- Changing --------------------------------------------------------------------------------------------------------


def invited_meeting(**values):
    meeting = factories.meeting(state=INVITED, **values)
    seats = factories.invitation(meeting)
    letters = [letter(factories.invitee(seats)), letter(factories.invitee(seats))]
    Letter.objects.update(sender=factories.user())
    return meeting, letters


def change(client, meeting, **values):
    return client.post(
        reverse("staff:meeting_change", args=[meeting.pk]), retyped(meeting, **values), follow=True
    )


@pytest.mark.parametrize(
    "changed", [{"start": "08:07", "end": "09:07"}, {"venue": "Nacka stadshus"}, {"room": "Sal 4"}]
)
def test_a_new_time_or_place_stops_the_letters_that_wait_and_asks_for_an_update(changed):
    client, user = signed_in()
    meeting, (waiting, sent) = invited_meeting()
    Letter.objects.filter(pk=sent.pk).update(state=State.ACCEPTED, accepted_at=timezone.now())
    page = change(client, meeting, **changed).content.decode()
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.letter_version, meeting.state) == (1, 2, "invited")
    waiting.refresh_from_db()
    sent.refresh_from_db()
    assert (waiting.state, sent.state) == ("stopped", "accepted")
    reason = waiting.steps.get()
    assert (reason.by, reason.reason) == (user, "Mötets tid eller plats ändrades innan brevet hade lämnats.")
    assert (
        count_pending(Purpose.UPDATE, meeting, timezone.now()),
        count_pending(Purpose.INVITATION, meeting, timezone.now()),
    ) == (1, 1)
    assert "1 person har fått en tid eller plats som inte gäller längre" in page
    assert f"/arbete/moten/{meeting.pk}/brev/update/" in page
    for invitee in meeting.invitees.all():
        letter(invitee, Purpose.UPDATE)
    assert count_pending(Purpose.UPDATE, meeting, timezone.now()) == 0


@pytest.mark.parametrize(
    "changed", [{"title": "Nytt namn"}, {"seats": "4"}, {"message": "Hej"}, {"diary_number": "KN 2027/1"}]
)
def test_what_nobody_has_in_a_calendar_stops_no_letters(changed):
    client, _ = signed_in()
    meeting, letters = invited_meeting()
    slug = meeting.slug
    change(client, meeting, **changed)
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.letter_version, meeting.version, meeting.slug) == (0, 1, 2, slug)
    assert [Letter.objects.get(pk=row.pk).state for row in letters] == ["queued", "queued"]


def test_before_anybody_is_told_a_new_time_changes_no_version():
    client, _ = signed_in()
    meeting = factories.meeting()
    change(client, meeting, venue="Nacka stadshus")
    meeting.refresh_from_db()
    assert (meeting.venue, meeting.sequence, meeting.letter_version) == ("Nacka stadshus", 0, 1)
    assert "Ny tid eller plats" in meeting.steps.get().reason


def test_when_the_stop_fails_the_change_is_not_saved_either(monkeypatch):
    client, _ = signed_in()
    meeting, _letters = invited_meeting()

    def broken(*args, **kwargs):
        raise RuntimeError("the outbox broke")

    monkeypatch.setattr("meetings.invitations.actions.rerender.stop", broken)
    with pytest.raises(RuntimeError, match="the outbox broke"):
        change(client, meeting, venue="Nacka stadshus")
    stored = Meeting.objects.get(pk=meeting.pk)
    assert (stored.venue, stored.version, stored.sequence) == (meeting.venue, 1, 0)


def test_a_kept_reply_day_keeps_its_hour():
    client, _ = signed_in()
    meeting = factories.meeting()
    before = meeting.reply_by
    change(client, meeting, title="Nytt namn")
    meeting.refresh_from_db()
    assert meeting.reply_by == before


def test_the_second_of_two_officers_sees_both_texts_and_no_letter_is_stopped():
    client, _ = signed_in()
    meeting, letters = invited_meeting()
    first, second = (
        retyped(meeting, title="Den första"),
        retyped(meeting, title="Den andra", venue="Ort B", start="00:01"),
    )
    url = reverse("staff:meeting_change", args=[meeting.pk])
    client.post(url, first)
    response = client.post(url, second)
    theirs = dict(response.context["form"].conflicts)
    assert (theirs["Rubrik"], theirs["Lokal"]) == ("Den första", meeting.venue)
    assert set(theirs) == {"Rubrik", "Lokal", "Börjar"}
    page = response.content.decode()
    assert ("Den andra" in page, "Två ändringar samtidigt" in page) == (True, True)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.version, meeting.sequence) == ("Den första", 2, 0)
    assert Letter.objects.get(pk=letters[0].pk).state == "queued"


def test_a_cancelled_meeting_cannot_be_changed():
    client, _ = signed_in()
    meeting = factories.meeting(state=CANCELLED)
    assert "är inställt och kan inte ändras" in change(client, meeting, title="Nytt").content.decode()
    assert Meeting.objects.get().title == meeting.title


def test_a_held_meeting_cannot_be_moved_into_the_future():
    client, _ = signed_in()
    start = factories.afternoon(-30)
    meeting = factories.meeting(
        state=HELD, starts_at=start, ends_at=start + timedelta(seconds=60), reply_by=start
    )
    response = change(client, meeting, day="2099-01-01", start="10:00", end="11:00", reply_on="")
    assert "day" in response.context["form"].errors


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


# --- Cancelling and holding ------------------------------------------------------------------------------------------


def test_cancelling_stops_what_waits_and_leads_to_the_letter_about_it():
    client, user = signed_in()
    meeting, (waiting, sent) = invited_meeting()
    Letter.objects.filter(pk=sent.pk).update(state=State.ACCEPTED, accepted_at=timezone.now())
    response = client.post(reverse("staff:meeting_cancel", args=[meeting.pk]), {"reason": "Värden är sjuk."})
    assert response.headers["Location"] == f"/arbete/moten/{meeting.pk}/brev/cancellation/"
    meeting.refresh_from_db()
    waiting.refresh_from_db()
    assert (meeting.state, meeting.sequence, waiting.state) == ("cancelled", 1, "stopped")
    assert [(s.after, s.reason, s.by) for s in meeting.steps.all()] == [
        ("cancelled", "Värden är sjuk.", user)
    ]


def test_cancelling_what_nobody_knows_of_needs_no_letter():
    client, _ = signed_in()
    meeting = factories.meeting()
    response = client.post(
        reverse("staff:meeting_cancel", args=[meeting.pk]), {"reason": "Slås ihop."}, follow=True
    )
    assert "Ingen hade fått något brev om det." in response.content.decode()


def test_cancelling_needs_a_reason_and_happens_once():
    client, user = signed_in()
    meeting = factories.meeting()
    url = reverse("staff:meeting_cancel", args=[meeting.pk])
    assert client.post(url, {"reason": " "}).context["form"].errors["reason"] == [
        "Skriv varför mötet ställs in."
    ]
    client.post(url, {"reason": "Sjuk"})
    page = client.post(url, {"reason": "Sjuk"}, follow=True).content.decode()
    assert "är inställt och kan inte bli inställt" in page
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.steps.count()) == (1, 1)
    with pytest.raises(NotAllowed):
        cancel_meeting(meeting, reason="igen", by=user)


def test_a_meeting_is_held_only_after_it_began():
    client, _ = signed_in()
    meeting = factories.meeting(state=INVITED)
    url = reverse("staff:meeting_hold", args=[meeting.pk])
    assert (
        "kan markeras som genomfört först när det har börjat"
        in client.post(url, follow=True).content.decode()
    )
    start = timezone.now() - timedelta(minutes=1)
    Meeting.objects.update(starts_at=start, reply_by=start, ends_at=start + timedelta(hours=1))
    client.post(url)
    meeting.refresh_from_db()
    assert meeting.state == "held"
    with pytest.raises(NotAllowed):
        mark_as_held(meeting, by=factories.user())


def test_get_changes_nothing():
    client, _ = signed_in()
    meeting = factories.meeting(state=INVITED)
    assert client.get(reverse("staff:meeting_hold", args=[meeting.pk])).status_code in (403, 404, 405)
    for name in ("meeting_detail", "meeting_change", "meeting_copy", "meeting_cancel"):
        assert client.get(reverse(f"staff:{name}", args=[meeting.pk])).status_code == 200
    stored = Meeting.objects.get()
    assert (stored.state, stored.version, stored.steps.count()) == ("invited", 1, 0)


# --- The page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Skriv dagordningen"),
        ({"state": INVITED}, "Se inbjudna och svar"),
        ({"state": HELD}, "Minnesanteckningar"),
    ],
)
def test_the_page_says_what_comes_next(values, words):
    client, _ = signed_in()
    meeting = factories.meeting(**values)
    response = client.get(reverse("staff:meeting_detail", args=[meeting.pk]))
    assert response.context["next"].label == words


def test_a_reader_sees_the_page_without_buttons():
    client, _ = signed_in(Role.READER)
    meeting = factories.meeting()
    page = client.get(reverse("staff:meeting_detail", args=[meeting.pk])).content.decode()
    assert (meeting.title in page, "Ställ in" in page, "Kopiera" in page) == (True, False, False)
    assert client.post(reverse("staff:meeting_hold", args=[meeting.pk])).status_code == 403


def test_an_unknown_meeting_is_not_found():
    client, _ = signed_in()
    names = ("meeting_detail", "meeting_change", "meeting_copy", "meeting_cancel", "agenda")
    assert {client.get(reverse(f"staff:{name}", args=[99999])).status_code for name in names} == {404}


def test_the_page_takes_as_many_queries_with_300_invited_as_with_one():
    client, _ = signed_in()
    meeting = factories.meeting(state=INVITED)
    seats = factories.invitation(meeting, seats=1)
    factories.invitee(seats)
    letter(factories.invitee(seats))
    url, used = reverse("staff:meeting_detail", args=[meeting.pk]), []
    for _ in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        used.append(len(queries))
        for _ in range(299):
            factories.invitee(seats)
    assert used[0] == used[1]


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


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_add_one_meeting(monkeypatch):
    assert pressed_twice(monkeypatch) == (2, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_presses_add_two_meetings(vendor, monkeypatch):
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr(Round.objects, "select_for_update", Round.objects.all, raising=False)
    assert pressed_twice(monkeypatch) == (2, 2, 2)
