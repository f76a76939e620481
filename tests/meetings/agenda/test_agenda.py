"""The agenda: a running clock, points in order, and a settled text that stays as it is."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.base.swedish import clock
from meetings.agenda.actions import add_item, change_agenda_state, delete_item, move_item, restore_item
from meetings.models import AgendaItem, AgendaState, Meeting
from meetings.models.agenda import AGENDA_NEXT
from tests import factories
from tests.meetings.acting import at, signed_in
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
ALLOWED = {
    ("draft", "consulted"),
    ("draft", "settled"),
    ("consulted", "draft"),
    ("consulted", "settled"),
    ("settled", "draft"),
}


def three():
    meeting = factories.meeting(
        starts_at=at("2027-05-06 15:00"), ends_at=at("2027-05-06 16:00"), reply_by=at("2027-05-01 12:00")
    )
    for title, minutes in (("Ett", 20), ("Två", None), ("Tre", 30)):
        factories.item(meeting, title=title, minutes=minutes)
    return meeting


def titles(meeting) -> list[str]:
    return list(meeting.agenda.items.values_list("title", flat=True))


def page(client, meeting, query=""):
    return client.get(reverse("staff:agenda", args=[meeting.pk]) + query)


# --- States ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(product(AgendaState, AgendaState)))
def test_an_agenda_moves_only_where_the_rules_say(before, after):
    agenda, user = factories.meeting().agenda, factories.user()
    agenda.state = before
    agenda.save()
    if (before, after) in ALLOWED:
        assert take_step(agenda, AGENDA_NEXT, after, by=user).state == after
        assert list(agenda.steps.values_list("before", "after", "by")) == [(before, after, user.pk)]
        return
    with pytest.raises(NotAllowed):
        take_step(agenda, AGENDA_NEXT, after, by=user)
    agenda.refresh_from_db()
    assert (agenda.state, agenda.steps.count()) == (before, 0)


def test_an_empty_agenda_stays_a_draft():
    meeting = factories.meeting()
    with pytest.raises(NotAllowed, match="inga punkter"):
        change_agenda_state(meeting.agenda, AgendaState.SETTLED, by=factories.user())


def test_the_buttons_take_the_agenda_from_draft_to_settled_and_back():
    client, _ = signed_in()
    meeting = three()
    url = reverse("staff:agenda_step", args=[meeting.pk])
    for to in ("consulted", "settled", "draft"):
        client.post(url, {"to": to})
        meeting.agenda.refresh_from_db()
        assert meeting.agenda.state == to
    assert client.post(url, {"to": "gone"}).status_code == 404


def test_the_page_names_the_body_that_is_consulted():
    client, _ = signed_in()
    meeting = three()
    meeting.categories.add(factories.category(agenda_body="FSKF"), factories.category(agenda_body=""))
    assert "Stäms av med FSKF" in without_breaks(page(client, meeting).content)


@pytest.mark.parametrize("name", ["item_add", "item_change", "item_delete", "item_move"])
def test_a_settled_agenda_refuses_every_change_and_says_why(name):
    client, _ = signed_in()
    meeting = three()
    item = meeting.agenda.items.first()
    change_agenda_state(meeting.agenda, AgendaState.SETTLED, by=factories.user())
    argument = meeting.pk if name == "item_add" else item.pk
    data = {"title": "Ny", "to": "down", "seen_version": "1"}
    response = client.post(reverse(f"staff:{name}", args=[argument]), data, follow=True)
    text = without_breaks(response.content)
    assert "Dagordningen är fastlagd. Öppna den igen om du vill ändra i den." in text
    assert "Öppna dagordningen igen" in text
    assert titles(meeting) == ["Ett", "Två", "Tre"]


# --- The clock -------------------------------------------------------------------------------------------------------


def test_each_point_shows_when_it_begins():
    client, _ = signed_in()
    points = page(client, three()).context["points"]
    assert [(clock(begins), item.title) for begins, item in points] == [
        ("15.00", "Ett"), ("15.20", "Två"), ("15.20", "Tre"),
    ]  # fmt: skip


def test_internal_points_take_their_time_but_are_not_public():
    meeting = three()
    meeting.agenda.items.filter(title="Ett").update(internal=True)
    public = meeting.agenda.timed_items_for_guests()
    assert [(clock(begins), item.title) for begins, item in public] == [("15.20", "Två"), ("15.20", "Tre")]


def test_the_clock_runs_on_over_the_night_when_summer_time_begins():
    meeting = factories.meeting(
        starts_at=at("2027-03-28 01:30"), ends_at=at("2027-03-28 04:00"), reply_by=at("2027-03-20 12:00")
    )
    factories.item(meeting, minutes=60)
    factories.item(meeting, minutes=10)
    meeting = Meeting.objects.get(pk=meeting.pk)  # as it is stored: in UTC
    assert [clock(begins) for begins, _ in meeting.agenda.timed_items()] == ["01.30", "03.30"]


@pytest.mark.parametrize(("minutes", "warned"), [(9, False), (10, False), (11, True)])
def test_a_warning_comes_when_the_points_do_not_fit(minutes, warned):
    client, _ = signed_in()
    meeting = three()
    factories.item(meeting, minutes=minutes)
    assert ("för lång" in without_breaks(page(client, meeting).content)) is warned


# --- Adding ----------------------------------------------------------------------------------------------------------


def test_ten_points_are_added_one_after_the_other_with_focus_back_in_the_form():
    client, _ = signed_in()
    meeting = factories.meeting()
    url = reverse("staff:item_add", args=[meeting.pk])
    for number in range(10):
        response = client.post(url, {"title": f"Punkt {number}", "minutes": "5"}, follow=True)
        assert response.context["form"].fields["title"].widget.attrs["autofocus"] is True
    assert titles(meeting) == [f"Punkt {number}" for number in range(10)]
    assert list(meeting.agenda.items.values_list("position", flat=True)) == list(range(1, 11))


def test_a_point_that_is_sent_twice_is_one_and_the_same_pause_may_come_again_later():
    client, _ = signed_in()
    meeting = factories.meeting()
    url = reverse("staff:item_add", args=[meeting.pk])
    for title in ("Paus", "Paus", "Frågor", "Paus", "Paus"):
        client.post(url, {"title": title, "minutes": "15"})
    client.post(url, {"title": "Paus", "minutes": "20"})
    assert titles(meeting) == ["Paus", "Frågor", "Paus", "Paus"]


@pytest.mark.parametrize(("days", "warned"), [(-1, True), (1, False)])
def test_who_may_approve_hears_that_points_changed_after_the_start_are_part_of_the_notes(days, warned):
    client, _ = signed_in(Role.APPROVER)
    start = factories.afternoon(days)
    hours = {"starts_at": start, "ends_at": start + timedelta(hours=2), "reply_by": start - timedelta(days=7)}
    meeting = factories.meeting(**hours)
    assert ("behöver en annan godkännare" in without_breaks(page(client, meeting).content)) is warned


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "Ett\ntvå"}, "title"),
        ({"minutes": "601"}, "minutes"),
        ({"minutes": "-1"}, "minutes"),
        ({"presenter": "Åsa\x00"}, "presenter"),
    ],
)
def test_a_wrong_point_is_explained_and_not_stored(wrong, field):
    client, _ = signed_in()
    meeting = factories.meeting()
    response = client.post(reverse("staff:item_add", args=[meeting.pk]), {"title": "Punkt", **wrong})
    assert list(response.context["form"].errors) == [field]
    assert titles(meeting) == []


def test_a_reader_sees_the_agenda_but_cannot_change_it():
    client, _ = signed_in(Role.READER)
    meeting = three()
    text = without_breaks(page(client, meeting).content)
    assert ("Ett" in text, "Ny punkt" in text, "Flytta" in text) == (True, False, False)
    assert client.post(reverse("staff:item_add", args=[meeting.pk]), {"title": "x"}).status_code == 403


# --- Changing, taking away, putting back -----------------------------------------------------------------------------


def test_the_second_of_two_officers_sees_what_the_first_wrote():
    client, _ = signed_in()
    item = three().agenda.items.first()
    url = reverse("staff:item_change", args=[item.pk])
    client.post(url, {"title": "Första", "minutes": "20", "seen_version": "1", "internal": "on"})
    response = client.post(url, {"title": "Andra", "minutes": "20", "seen_version": "1"})
    label = str(AgendaItem._meta.get_field("title").verbose_name).capitalize()
    assert response.context["form"].conflicts == [
        (label, "Första"),
        ("Intern punkt, visas bara för personalen", "ja"),
    ]
    item.refresh_from_db()
    assert (item.title, item.version) == ("Första", 2)


def test_a_change_does_not_undo_a_move_meanwhile():
    client, _ = signed_in()
    meeting = three()
    first = meeting.agenda.items.first()
    move_item(first, to=3, by=factories.user())
    client.post(reverse("staff:item_change", args=[first.pk]), {"title": "Nytt namn", "seen_version": "1"})
    assert titles(meeting) == ["Två", "Tre", "Nytt namn"]


def test_a_point_that_was_taken_away_can_be_put_back_where_it_was():
    client, _ = signed_in()
    meeting = three()
    item = meeting.agenda.items.get(title="Två")
    AgendaItem.objects.filter(pk=item.pk).update(
        description="Åtta rader", presenter="Åsa", internal=True, version=4
    )
    response = client.post(reverse("staff:item_delete", args=[item.pk]), follow=True)
    assert titles(meeting) == ["Ett", "Tre"]
    assert "Punkten ”Två” är borttagen." in without_breaks(response.content)
    url = reverse("staff:item_restore", args=[meeting.pk])
    client.post(url)
    assert titles(meeting) == ["Ett", "Två", "Tre"]
    back = meeting.agenda.items.get(title="Två")
    assert (back.pk, back.description, back.presenter, back.internal, back.version) == (
        item.pk, "Åtta rader", "Åsa", True, 4,
    )  # fmt: skip
    assert "ingen borttagen punkt" in without_breaks(client.post(url, follow=True).content)
    assert len(titles(meeting)) == 3


def test_only_the_one_who_took_it_away_can_put_it_back_and_only_for_a_while(time_machine):
    client, _ = signed_in()
    other, _ = signed_in()
    meeting = three()
    client.post(reverse("staff:item_delete", args=[meeting.agenda.items.first().pk]))
    other.post(reverse("staff:item_restore", args=[meeting.pk]))
    assert titles(meeting) == ["Två", "Tre"]
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    client.post(reverse("staff:item_restore", args=[meeting.pk]))
    assert titles(meeting) == ["Två", "Tre"]


def test_putting_back_twice_makes_one_point():
    meeting, user = three(), factories.user()
    kept = delete_item(meeting.agenda.items.first(), by=user)
    restore_item(meeting.agenda, kept, by=user)
    restore_item(meeting.agenda, kept, by=user)
    assert titles(meeting) == ["Ett", "Två", "Tre"]


def test_looking_at_the_question_takes_nothing_away():
    client, _ = signed_in()
    meeting = three()
    client.get(reverse("staff:item_delete", args=[meeting.agenda.items.first().pk]))
    assert len(titles(meeting)) == 3


# --- Moving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "to", "order"),
    [
        ("Tre", "up", ["Ett", "Tre", "Två"]),
        ("Ett", "down", ["Två", "Ett", "Tre"]),
        ("Ett", "up", ["Ett", "Två", "Tre"]),
        ("Tre", "down", ["Ett", "Två", "Tre"]),
        ("Tre", "1", ["Tre", "Ett", "Två"]),
        ("Ett", "3", ["Två", "Tre", "Ett"]),
        ("Ett", "999", ["Två", "Tre", "Ett"]),
        ("Tre", "0", ["Tre", "Ett", "Två"]),
    ],
)
def test_a_point_moves_to_its_place(title, to, order):
    client, _ = signed_in()
    meeting = three()
    item = meeting.agenda.items.get(title=title)
    client.post(reverse("staff:item_move", args=[item.pk]), {"to": to})
    assert titles(meeting) == order
    assert list(meeting.agenda.items.values_list("position", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("to", ["", "upp", "-1", "1e9", "99999999999", "²"])
def test_a_move_that_no_button_sends_is_not_found(to):
    client, _ = signed_in()
    meeting = three()
    item = meeting.agenda.items.first()
    assert client.post(reverse("staff:item_move", args=[item.pk]), {"to": to}).status_code == 404
    assert titles(meeting) == ["Ett", "Två", "Tre"]


def test_after_a_move_the_same_button_has_focus_and_the_move_is_said():
    client, _ = signed_in()
    meeting = factories.meeting()
    items = [factories.item(meeting) for _ in range(4)]
    response = client.post(reverse("staff:item_move", args=[items[2].pk]), {"to": "up"}, follow=True)
    text = without_breaks(response.content)
    assert "Punkt 3 flyttades till plats 2." in text
    assert text.count("autofocus") == 1
    assert f'value="up" type="submit" aria-label="Flytta upp {items[2].title}" autofocus' in text
    text = without_breaks(
        client.post(reverse("staff:item_move", args=[items[2].pk]), {"to": "up"}, follow=True).content
    )
    assert f'value="down" type="submit" aria-label="Flytta ner {items[2].title}" autofocus' in text


def test_moves_of_two_officers_leave_each_point_with_a_place_of_its_own():
    meeting, user = three(), factories.user()
    stale = list(meeting.agenda.items.all())
    move_item(stale[0], to=3, by=user)
    move_item(stale[1], to=3, by=user)
    add_item(meeting.agenda, AgendaItem(title="Fyra"), by=user)
    assert list(meeting.agenda.items.values_list("position", "title")) == [
        (1, "Tre"), (2, "Ett"), (3, "Två"), (4, "Fyra"),
    ]  # fmt: skip


def test_moving_a_point_that_somebody_took_away_is_refused():
    meeting, user = three(), factories.user()
    stale = meeting.agenda.items.first()
    AgendaItem.objects.filter(pk=stale.pk).delete()
    with pytest.raises(NotAllowed, match="redan tagit bort"):
        move_item(stale, to=2, by=user)


def test_300_points_take_as_many_queries_as_one():
    client, _ = signed_in()
    meeting, used = factories.meeting(), []
    for number in (1, 299):
        for _ in range(number):
            factories.item(meeting)
        page(client, meeting)
        with CaptureQueriesContext(connection) as queries:
            page(client, meeting)
        used.append(len(queries))
    assert used[0] == used[1]


def test_what_was_typed_in_a_point_stands_in_its_form_when_the_agenda_was_settled_meanwhile():
    client, _ = signed_in()
    meeting = three()
    item = meeting.agenda.items.first()
    change_agenda_state(meeting.agenda, AgendaState.SETTLED, by=factories.user())
    data = {"title": "Ny rubrik", "description": "Rad ett\nrad två", "seen_version": "1"}
    changed = without_breaks(client.post(reverse("staff:item_change", args=[item.pk]), data).content)
    added = without_breaks(client.post(reverse("staff:item_add", args=[meeting.pk]), data).content)
    assert ('value="Ny rubrik"' in changed, "Rad ett rad två</textarea>" in changed) == (True, True)
    assert 'value="Ny rubrik"' in added
    assert client.get(reverse("staff:item_change", args=[item.pk])).status_code == 302
