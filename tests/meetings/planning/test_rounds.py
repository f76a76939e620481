"""Rounds are listed, added and changed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from meetings.models import Answer, Channel, MeetingState, Reply, Round, RoundPurpose
from parties.models import Cadence
from tests import factories
from tests.meetings.acting import at, letter, signed_in
from tests.meetings.planning.rounds import form
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


# --- The list and the page -------------------------------------------------------------------------------------------


def test_without_rounds_the_list_says_what_belongs_there():
    client, _ = signed_in()
    assert "Ingen omgång än" in without_breaks(client.get(reverse("staff:round_list")).content)


def test_the_newest_round_comes_first():
    client, _ = signed_in()
    for year in (2026, 2028, 2027):
        factories.meeting(round=factories.round_(year=year))
    rounds = client.get(reverse("staff:round_list")).context["rounds"]
    assert [row.year for row, _ in rounds] == [2028, 2027, 2026]


def test_a_reader_sees_rounds_but_no_buttons():
    client, _ = signed_in(Role.READER)
    factories.round_(year=2027)
    page = without_breaks(client.get(reverse("staff:round_detail", args=[2027])).content)
    assert "Lägg upp ett möte" not in page
    assert client.get(reverse("staff:round_add")).status_code == 403


def test_the_list_counts_meetings_by_state():
    client, _ = signed_in()
    row = factories.round_(year=2027)
    factories.meeting(round=row)
    factories.meeting(round=row, state=MeetingState.HELD)
    factories.meeting(round=row, state=MeetingState.HELD)
    page = without_breaks(client.get(reverse("staff:round_list")).content)
    assert ("1 planerat" in page, "2 genomfört" in page) == (True, True)


def test_the_round_shows_its_meetings_in_time_order_and_how_many_come():
    client, _ = signed_in()
    row = factories.round_(year=2027)
    factories.meeting(
        round=row,
        title="Andra",
        starts_at=at("2027-03-02 13:00"),
        ends_at=at("2027-03-02 15:00"),
        reply_by=at("2027-02-20 13:00"),
    )
    first = factories.meeting(
        round=row,
        title="Första",
        starts_at=at("2027-03-01 13:00"),
        ends_at=at("2027-03-01 15:00"),
        reply_by=at("2027-02-20 13:00"),
    )
    seats = factories.invitation(first)
    changed_mind, no, gone, silent, _not_invited = (factories.invitee(seats) for _ in range(5))
    letter(silent)
    for invitee, answer in (
        (changed_mind, Answer.NO),
        (changed_mind, Answer.YES),
        (no, Answer.NO),
        (gone, Answer.YES),
    ):
        Reply.objects.create(invitee=invitee, answer=answer, channel=Channel.LINK)
    Reply.objects.create(invitee=no, answer=Answer.YES, channel=Channel.CALENDAR, confirmed=False)
    gone.withdrawn_at = timezone.now()
    gone.save()
    response = client.get(reverse("staff:round_detail", args=[2027]))
    rows = [(m.title, m.listed, m.asked, m.answered, m.coming) for m in response.context["page_obj"]]
    assert rows == [("Första", 4, 3, 2, 1), ("Andra", 0, 0, 0, 0)]


def test_meetings_can_be_chosen_by_state():
    client, _ = signed_in()
    row = factories.round_(year=2027)
    factories.meeting(round=row)
    held = factories.meeting(round=row, state=MeetingState.HELD)
    response = client.get(reverse("staff:round_detail", args=[2027]), {"lage": "held"})
    assert [m.pk for m in response.context["page_obj"]] == [held.pk]
    nonsense = client.get(reverse("staff:round_detail", args=[2027]), {"lage": "'; drop table"})
    assert len(nonsense.context["page_obj"]) == 2


def test_a_category_that_is_due_and_has_no_meeting_is_suggested():
    client, _ = signed_in()
    row = factories.round_(year=2027)
    due, every_second, met = factories.category(name="Kommunerna"), factories.category(), factories.category()
    Cadence.objects.create(category=due, every=1, from_year=2018)
    Cadence.objects.create(category=every_second, every=2, from_year=2024)
    Cadence.objects.create(category=met, every=1, from_year=2018)
    factories.meeting(round=row).categories.add(met)
    factories.meeting(round=row, state=MeetingState.CANCELLED).categories.add(due)
    response = client.get(reverse("staff:round_detail", args=[2027]))
    assert response.context["missing"] == [due]
    assert f"{reverse('staff:meeting_add', args=[2027])}?kategori={due.pk}" in without_breaks(
        response.content
    )


def fill(row: Round, number: int) -> None:
    for _ in range(number):
        meeting = factories.meeting(round=row, host=factories.party())
        meeting.categories.add(factories.category())
        Reply.objects.create(
            invitee=factories.invitee(factories.invitation(meeting)), answer=Answer.YES, channel=Channel.LINK
        )


@pytest.mark.parametrize("name", ["round_list", "round_detail"])
def test_300_meetings_take_as_many_queries_as_one(name, django_assert_num_queries):
    client, _ = signed_in()
    row = factories.round_(year=2027)
    url = reverse(f"staff:{name}", args=[2027] if name == "round_detail" else [])
    fill(row, 1)
    client.get(url)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(url)
    fill(row, 299)
    with django_assert_num_queries(len(one)):
        assert client.get(url).status_code == 200


# --- Adding and changing ---------------------------------------------------------------------------------------------


def test_a_round_is_added_and_an_odd_diary_number_is_pointed_out():
    client, _ = signed_in()
    response = client.post(reverse("staff:round_add"), form(diary_number="123/19"), follow=True)
    assert Round.objects.get().diary_number == "123/19"
    assert "Det skrivs vanligen som KN 2019/123." in without_breaks(response.content)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"year": "2026"}, "year", "Det finns redan en omgång för det året."),
        (
            {"signer": "Ylva\nBcc: x@y.se"},
            "signer",
            "Texten får inte innehålla radbrytningar eller styrtecken.",
        ),
        ({"conference_on": "i maj"}, "conference_on", "Skriv dagen som 2019-01-31."),
    ],
)
def test_wrong_input_is_explained_at_its_field(wrong, field, words):
    factories.round_(year=2026)
    client, _ = signed_in()
    response = client.post(reverse("staff:round_add"), form(**wrong))
    assert response.context["form"].errors[field] == [words]
    assert Round.objects.count() == 1


def test_the_year_of_a_round_with_meetings_stays():
    client, _ = signed_in()
    factories.meeting(round=factories.round_(year=2027))
    client.post(reverse("staff:round_change", args=[2027]), form(year="2031", signer="Åke Ö"))
    assert list(Round.objects.values_list("year", "signer")) == [(2027, "Åke Ö")]


def test_the_second_of_two_officers_sees_what_the_first_saved():
    client, _ = signed_in()
    row = factories.round_(year=2027)
    old = RoundPurpose.objects.create(text="Dela kunskap", from_year=2019)
    url = reverse("staff:round_change", args=[2027])
    client.post(url, form(conference_place="Den förstas text", purposes=[old.pk]))
    response = client.post(url, form(conference_place="Den andras text"))
    assert response.context["form"].conflicts == [
        ("Syften", "Dela kunskap"),
        ("Konferensens plats", "Den förstas text"),
    ]
    assert "Den andras text" in without_breaks(response.content)
    row.refresh_from_db()
    assert (row.conference_place, row.version) == ("Den förstas text", 2)
    client.post(url, form(conference_place="Den andras text", seen_version="2"))
    row.refresh_from_db()
    assert (row.conference_place, row.version) == ("Den andras text", 3)


def test_the_database_holds_one_round_a_year():
    factories.round_(year=2027)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.round_(year=2027)
