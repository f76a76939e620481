"""The groups of a round, and the menu on their pages."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import pre_save
from django.urls import reverse

from dialog_portal.base.states import NotAllowed
from meetings.models import Group, MeetingState, Round
from meetings.planning.actions.rounds import remove_group
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.planning.rounds import form
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def test_a_group_is_added_changed_and_taken_away():
    client, _ = signed_in()
    row, nacka = factories.round_(year=2027), factories.party(name="Nacka")
    client.post(
        reverse("staff:group_add", args=[2027]), {"name": "Söder", "parties": [nacka.pk], "host": nacka.pk}
    )
    group = row.groups.get()
    assert (group.name, group.host, list(group.parties.all())) == ("Söder", nacka, [nacka])
    again = client.post(reverse("staff:group_add", args=[2027]), {"name": "Söder"})
    assert again.context["form"].errors["name"] == ["Omgången har redan en grupp med det namnet."]
    client.post(reverse("staff:group_change", args=[group.pk]), {"name": "Norr", "seen_version": "1"})
    assert row.groups.get().name == "Norr"
    client.post(reverse("staff:group_remove", args=[group.pk]))
    assert row.groups.count() == 0


def test_who_saves_a_group_second_sees_what_the_first_saved():
    client, _ = signed_in()
    group, nacka = factories.round_(year=2027).groups.create(name="Söder"), factories.party(name="Nacka")
    url = reverse("staff:group_change", args=[group.pk])
    mine = {"name": "Sydost", "parties": [nacka.pk], "seen_version": "1"}
    client.post(url, {"name": "Norr", "seen_version": "1"})
    response = client.post(url, mine)
    page = without_breaks(response.content)
    assert Group.objects.get().name == "Norr"
    assert ("Två ändringar samtidigt" in page, "<dd>Norr</dd>" in page, "Sydost" in page) == (True,) * 3
    client.post(url, {**mine, "seen_version": "2"})
    assert Group.objects.get().name == "Sydost"


@pytest.mark.parametrize(
    ("model", "address", "typed", "field", "said"),
    [
        (Round, ("staff:round_add", []), form(), "year", "Det finns redan en omgång för 2027."),
        (
            Round,
            ("staff:round_copy", [2026]),
            {"year": "2027"},
            "year",
            "Det finns redan en omgång för 2027.",
        ),
        (
            Group,
            ("staff:group_add", [2026]),
            {"name": "Söder"},
            "name",
            "Omgången har redan en grupp som heter Söder.",
        ),
    ],
)
def test_who_is_second_by_a_hair_is_told_at_the_field(model, address, typed, field, said):
    """A rival stores the same just after the form was found right: also a button that was pressed twice."""
    client, _ = signed_in()
    source, (name, place) = factories.round_(year=2026), address

    def rival(instance, **_):
        values = {"year": 2027} if model is Round else {"round": source, "name": "Söder"}
        model.objects.bulk_create([model(**values)])

    pre_save.connect(rival, sender=model)
    try:
        response = client.post(reverse(name, args=place), typed)
    finally:
        pre_save.disconnect(rival, sender=model)
    assert (response.status_code, response.context["form"].errors) == (200, {field: [said]})


def test_a_group_with_meetings_stays():
    row = factories.round_(year=2027)
    group = row.groups.create(name="Söder")
    factories.meeting(round=row, group=group)
    with pytest.raises(NotAllowed, match="har möten"):
        remove_group(group, by=factories.user())
    with pytest.raises(IntegrityError), transaction.atomic():
        row.groups.create(name="Söder")


def test_a_program_from_before_groups_had_versions_can_still_add_one() -> None:
    """While the portal is updated the tables are the new ones and the programs that run are the old ones."""
    row = factories.round_()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO meetings_group (round_id, name) VALUES (%s, %s)", [row.pk, "Norr"])
    assert Group.objects.get(name="Norr").version == 1


def test_groups_stand_in_swedish_order_and_nobody_comes_to_what_is_cancelled() -> None:
    row = factories.round_()
    for name in ("Östra gruppen", "Norra gruppen", "Ångra gruppen"):
        Group.objects.create(round=row, name=name)
    meeting = factories.meeting(round=row, state=MeetingState.CANCELLED)
    guest = factories.invitee(factories.invitation(meeting))
    guest.replies.create(answer="ja", channel="link")
    client, _ = signed_in()
    shown = without_breaks(client.get(f"/arbete/omgangar/{row.year}/").content)
    assert shown.index("Norra gruppen") < shown.index("Ångra gruppen") < shown.index("Östra gruppen")
    assert "1 kommer" not in shown
    assert "1 kommer" not in without_breaks(client.get(f"/arbete/moten/{meeting.pk}/").content)


@pytest.mark.parametrize("name", ["staff:needs", "staff:link_change"])
def test_the_menu_says_where_one_is_also_on_the_small_pages(name: str) -> None:
    meeting = factories.meeting()
    guest = factories.invitee(factories.invitation(meeting))
    pk = meeting.pk if name == "staff:needs" else guest.pk
    client, _ = signed_in()
    shown = without_breaks(client.get(reverse(name, args=[pk])).content)
    assert '<a href="/arbete/omgangar/" aria-current="true">' in shown
