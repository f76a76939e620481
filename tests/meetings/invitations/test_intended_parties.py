"""The group decides who is invited and who is host, also in a copied round; a party in two groups is seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from meetings.invitations.intended_parties import intended_parties
from meetings.models import Group, Meeting
from meetings.planning.actions.meetings import add_meeting, copy_meeting
from meetings.planning.actions.rounds import change_group, copy_round
from parties.models import Party
from tests import factories
from tests.meetings.acting import change_meeting, retyped, signed_in
from tests.pages import without_breaks

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def group() -> Group:
    """The southern group: Ösmo is its host and Ekby a member; Norby of the same category stands outside it."""
    category, round_ = factories.category(name="Kommuner"), factories.round_()
    parties = [factories.party(name=name) for name in ("Ösmo", "Norby", "Ekby")]
    for party in parties:
        factories.membership(party, category, from_year=2000)
    made = Group.objects.create(round=round_, name="Södra gruppen", host=parties[0])
    made.parties.set([parties[0], parties[2]])
    return made


def meeting_of(of: Group, **values: Any) -> Meeting:
    meeting = factories.meeting(**{"round": of.round, "group": of, **values})
    meeting.categories.set(Party.objects.get(name="Norby").categories.all())
    return meeting


def ticked(meeting: Meeting) -> list[str]:
    page = signed_in()[0].get(reverse("staff:invitation_add", args=[meeting.pk]))
    return [str(party) for part in page.context["groups"] for party, yes, _ in part["choices"] if yes]


def test_the_parties_of_the_group_are_ticked_and_nobody_else(group: Group) -> None:
    assert ticked(meeting_of(group)) == ["Ekby", "Ösmo"]


def test_a_group_decides_without_any_category(group: Group) -> None:
    assert ticked(factories.meeting(round=group.round, group=group)) == ["Ekby", "Ösmo"]


def test_a_group_without_parties_ticks_nobody_and_no_group_ticks_the_category(group: Group) -> None:
    empty = group.round.groups.create(name="Norra gruppen")
    assert (ticked(meeting_of(empty)), ticked(meeting_of(group, group=None))) == (
        [],
        ["Ekby", "Norby", "Ösmo"],
    )


def test_a_party_that_ends_before_the_day_of_the_meeting_is_not_offered(group: Group) -> None:
    day = factories.afternoon(30)
    for name, ended in (("Ekby", day), ("Ösmo", day + timedelta(days=1))):
        Party.objects.filter(name=name).update(ended=ended.date())
    meeting = meeting_of(group)
    assert (ticked(meeting), [str(party) for party in intended_parties(meeting)]) == (["Ösmo"], ["Ösmo"])


def test_a_copied_round_invites_its_own_groups(group: Group) -> None:
    old = meeting_of(group, host=group.host)
    made = copy_round(group.round, year=group.round.year + 1, meetings=[old], by=factories.user())
    new = made.meetings.get()
    made.groups.get().parties.remove(Party.objects.get(name="Ekby"))
    assert (ticked(new), str(new.host), new.venue) == (["Ösmo"], "Ösmo", old.venue)


def test_a_copied_round_leaves_a_host_that_has_ended_with_its_place(group: Group) -> None:
    gone = factories.party(ended=factories.afternoon(-400).date())
    sources = [meeting_of(group, host=gone), meeting_of(group, group=None, host=gone)]
    made = copy_round(group.round, year=2095, meetings=sources, by=factories.user())
    assert [(row.host, row.venue) for row in made.meetings.all()] == [(None, ""), (None, "")]


def test_a_new_meeting_of_the_group_is_at_its_host(group: Group) -> None:
    made = factories.meeting(round=group.round)
    rows = [
        Meeting(round=group.round, title=title, group=group, host=host, starts_at=made.starts_at,
                ends_at=made.ends_at, reply_by=made.reply_by)
        for title, host in (("Utan värd", None), ("Med värd", Party.objects.get(name="Ekby")))
    ]  # fmt: skip
    by = factories.user()
    assert [str(add_meeting(row, categories=[], by=by).host) for row in rows] == ["Ösmo", "Ekby"]


def test_the_host_follows_when_the_meeting_gets_a_group(group: Group) -> None:
    meeting, ekby = factories.meeting(round=group.round), Party.objects.get(name="Ekby")
    assert str(change_meeting(meeting, group=group, host=None).host) == "Ösmo"
    other = group.round.groups.create(name="Norra gruppen", host=ekby)
    client, _ = signed_in()
    typed = {**retyped(Meeting.objects.get(pk=meeting.pk)), "group": other.pk, "host": group.host_id}
    client.post(reverse("staff:meeting_change", args=[meeting.pk]), typed)
    assert Meeting.objects.get(pk=meeting.pk).host == ekby
    norby = Party.objects.get(name="Norby")
    assert change_meeting(meeting, group=group, host=norby).host == norby


def test_the_host_follows_when_the_group_gets_another(group: Group) -> None:
    ekby, norby = (Party.objects.get(name=name) for name in ("Ekby", "Norby"))
    by, past = factories.user(), factories.afternoon(-9)
    late = {"starts_at": past, "ends_at": past + timedelta(hours=2), "reply_by": past}
    follows, own, over = (
        meeting_of(group, host=host, **values)
        for host, values in ((group.host, {}), (norby, {}), (group.host, late))
    )
    change_group(group, {"name": "Södra gruppen", "host": ekby}, seen_version=1, by=by)
    now = {row.pk: str(row.host) for row in Meeting.objects.all()}
    assert (now[follows.pk], now[own.pk], now[over.pk]) == ("Ekby", "Norby", "Ösmo")


def test_a_copy_for_another_group_is_at_that_groups_host(group: Group) -> None:
    other = group.round.groups.create(name="Norra gruppen", host=Party.objects.get(name="Ekby"))
    source = meeting_of(group, host=group.host)
    when = {name: getattr(source, name) for name in ("starts_at", "ends_at", "reply_by")}
    made = copy_meeting(source, by=factories.user(), group=other, title="Kopia", **when)
    assert (str(made.host), made.venue) == ("Ekby", "")


def test_a_party_in_two_groups_is_seen_where_groups_are_shown_saved_and_used(group: Group) -> None:
    client, _ = signed_in()
    meeting, ekby = meeting_of(group), Party.objects.get(name="Ekby")
    url = reverse("staff:group_add", args=[group.round.year])
    assert "Ekby (står i Södra gruppen)" in without_breaks(client.get(url).content)
    typed = {"name": "Norra gruppen", "parties": [ekby.pk], "host": group.host_id}
    saved = without_breaks(client.post(url, typed, follow=True).content)
    assert "Ekby står också i Södra gruppen." in saved
    assert "Värden Ösmo står inte i gruppen och bjuds därför inte in" in saved
    assert "Ekby står i Norra gruppen och Södra gruppen och bjuds in till varje grupps möten." in saved
    assert "Står inte i någon grupp: Norby." in saved
    add = without_breaks(client.get(reverse("staff:invitation_add", args=[meeting.pk])).content)
    assert ("Ekby <small>i Norra gruppen</small>" in add, "Södra gruppen är ifylld." in add) == (True, True)


def test_members_stand_in_swedish_order_whatever_order_they_came_in(group: Group) -> None:
    assert [str(party) for party in group.parties.all()] == ["Ekby", "Ösmo"]
    page = without_breaks(signed_in()[0].get(f"/arbete/omgangar/{group.round.year}/").content)
    assert "Ekby, Ösmo. Värd: Ösmo" in page
