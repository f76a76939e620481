"""Rounds: seen at a glance, added, changed and copied to the next year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import pre_save
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed
from meetings.models import (
    Answer,
    Channel,
    FocusArea,
    Group,
    Meeting,
    MeetingState,
    Reply,
    Round,
    RoundPurpose,
)
from meetings.planning.actions.rounds import copy_round, remove_group
from meetings.planning.dates import weeks_between, weeks_later
from parties.models import Cadence
from tests import factories
from tests.meetings.acting import at, letter, signed_in
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def form(**values):
    return {
        "year": "2027",
        "signer": "Ylva Norrby",
        "signer_title": "förvaltningschef",
        "seen_version": "1",
        **values,
    }


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
    changed_mind, no, gone, _silent = (factories.invitee(seats) for _ in range(4))
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
    rows = [(m.title, m.asked, m.answered, m.coming) for m in response.context["page_obj"]]
    assert rows == [("Första", 3, 2, 1), ("Andra", 0, 0, 0)]


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
    client.post(url, form(intro="Den förstas text", purposes=[old.pk]))
    response = client.post(url, form(intro="Den andras text"))
    assert response.context["form"].conflicts == [
        ("Inledning", "Den förstas text"),
        ("Syften", "Dela kunskap"),
    ]
    assert "Den andras text" in without_breaks(response.content)
    row.refresh_from_db()
    assert (row.intro, row.version) == ("Den förstas text", 2)
    client.post(url, form(intro="Den andras text", seen_version="2"))
    row.refresh_from_db()
    assert (row.intro, row.version) == ("Den andras text", 3)


def test_the_database_holds_one_round_a_year():
    factories.round_(year=2027)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.round_(year=2027)


# --- Copying ---------------------------------------------------------------------------------------------------------


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
    row = factories.round_(
        year=2026, diary_number="KN 2026/1", intro="Om 2026", outside_reference="AKTNR 1-2"
    )
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
    assert (made.diary_number, made.intro, made.outside_reference, made.signer) == ("", "", "", source.signer)
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


# --- Groups ----------------------------------------------------------------------------------------------------------


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
