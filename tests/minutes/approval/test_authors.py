"""Who has had a hand in the notes: also whoever changed what they say of the meeting and of who came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.base.append_only import lift
from dialog_portal.base.audit import Event
from dialog_portal.base.authorship import Contribution
from dialog_portal.base.states import NotAllowed
from meetings.agenda import actions as agenda
from meetings.attendance import actions as attendance
from meetings.models import AgendaItem, Meeting, MeetingState, Round
from minutes.approval import actions as approving
from minutes.approval.authors import authors, authors_of
from minutes.compile_document import content_hash
from minutes.distribution import actions as distributing
from minutes.models import Minutes
from minutes.publishing import actions as publishing
from minutes.writing import actions as writing
from parties.actions.parties import rename_party
from tests import factories
from tests.meetings.acting import retyped
from tests.minutes.acting import approved, came, distributed, fresh, held_meeting, written

pytestmark = pytest.mark.django_db


def circulated(code: str = "0192") -> Minutes:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", code)
    minutes = written(meeting, factories.user())
    writing.circulate_minutes(minutes, by=factories.user())
    return fresh(minutes)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def tick_off(meeting: Meeting, by: User) -> None:
    attendance.note_attendance(meeting, set(), by=by)


def put_on_the_list(meeting: Meeting, by: User) -> None:
    attendance.add_attendee(
        meeting, name="Ny", organisation="En kommun", email="ny@kommun.example", title="", staff=False, by=by
    )


def retitle(meeting: Meeting, by: User, **values: object) -> None:
    typed = retyped(meeting, **(values or {"title": "En annan rubrik"}))
    address = reverse("staff:meeting_change", args=[meeting.pk])
    assert signed_in(by).post(address, typed).status_code == 302


def number_the_round(meeting: Meeting, by: User) -> None:
    row = meeting.round
    typed = {
        "year": row.year, "signer": row.signer, "signer_title": row.signer_title, "diary_number": "KN 2026/1",
        "seen_version": row.version,
    }  # fmt: skip
    signed_in(by).post(reverse("staff:round_change", args=[row.year]), typed)
    assert Round.objects.get(pk=row.pk).diary_number == "KN 2026/1"


def rename_a_party(meeting: Meeting, by: User) -> None:
    party = meeting.invitations.get().party
    assert party is not None
    rename_party(party, name="Ett annat namn", since=timezone.localdate(), seen_version=party.version, by=by)


def move_on(**wait: int) -> None:
    """The meeting begins after all that has been done so far, and nobody is written down for it."""
    soon = timezone.now() + timedelta(**wait)
    Meeting.objects.update(starts_at=soon, ends_at=soon + timedelta(hours=3), state=MeetingState.INVITED)


def add_a_point(meeting: Meeting, by: User) -> None:
    agenda.add_item(meeting.agenda, AgendaItem(title="En ny punkt"), by=by)


def change_a_point(meeting: Meeting, by: User, **values: str) -> None:
    item = meeting.agenda.items.all()[0]
    typed = {"title": item.title, "seen_version": item.version, **(values or {"title": "En annan rubrik"})}
    address = reverse("staff:item_change", args=[item.pk])
    assert signed_in(by).post(address, typed).status_code == 302


def hide_a_point(meeting: Meeting, by: User) -> None:
    change_a_point(meeting, by, internal="on")


def move_a_point(meeting: Meeting, by: User) -> None:
    agenda.move_item(meeting.agenda.items.all()[0], to=2, by=by)


def remove_a_point(meeting: Meeting, by: User) -> None:
    agenda.delete_item(meeting.agenda.items.all()[0], by=by)


def put_a_point_back(meeting: Meeting, by: User) -> None:
    removed = agenda.delete_item(meeting.agenda.items.all()[0], by=factories.user())
    agenda.restore_item(meeting.agenda, removed, by=by)


POINTS = [add_a_point, change_a_point, hide_a_point, move_a_point, remove_a_point, put_a_point_back]


@pytest.mark.parametrize("change", POINTS)
def test_an_approver_who_changed_what_became_the_headings_is_refused(
    change: Callable[[Meeting, User], None],
) -> None:
    meeting, officer, approver = held_meeting(), factories.user(), factories.user(Role.APPROVER)
    change(meeting, approver)
    minutes = fresh(written(meeting, officer))
    writing.circulate_minutes(minutes, by=officer)
    assert approver in authors(minutes)
    with pytest.raises(NotAllowed):
        approving.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=approver)


@pytest.mark.parametrize("change", [add_a_point, change_a_point, hide_a_point, move_a_point])
def test_points_that_are_changed_when_the_notes_are_begun_make_no_author(
    change: Callable[[Meeting, User], None],
) -> None:
    """Control of the test above: then the notes have headings of their own."""
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    before = content_hash(minutes)
    change(minutes.meeting, approver)
    assert approver not in authors(fresh(minutes))
    assert content_hash(fresh(minutes)) == before


@pytest.mark.parametrize("change", POINTS)
def test_an_agenda_that_was_written_before_the_meeting_makes_no_author(
    change: Callable[[Meeting, User], None],
) -> None:
    meeting, officer, planner = held_meeting(), factories.user(), factories.user(Role.APPROVER)
    change(meeting, planner)
    move_on()
    assert authors(fresh(written(Meeting.objects.get(), officer))) == [officer]


def test_how_long_a_point_takes_makes_no_author() -> None:
    meeting, officer, approver = held_meeting(), factories.user(), factories.user(Role.APPROVER)
    change_a_point(meeting, approver, minutes="20")
    assert authors(fresh(written(meeting, officer))) == [officer]


SHOWN = [tick_off, put_on_the_list, retitle, number_the_round, rename_a_party]


@pytest.mark.parametrize("change", SHOWN)
def test_an_approver_who_changed_what_the_notes_show_is_refused(
    change: Callable[[Meeting, User], None],
) -> None:
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    change(minutes.meeting, approver)
    with pytest.raises(NotAllowed, match="ändrat uppgifter om mötet eller om vilka som kom"):
        approving.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=approver)


@pytest.mark.parametrize("change", SHOWN)
def test_another_approver_approves_what_a_colleague_changed(change: Callable[[Meeting, User], None]) -> None:
    """Control of the test above: it is the person that is refused, not the change."""
    minutes, colleague = circulated(), factories.user(Role.APPROVER)
    change(minutes.meeting, colleague)
    approval = approving.approve(
        fresh(minutes), seen=content_hash(fresh(minutes)), by=factories.user(Role.APPROVER)
    )
    assert approval.author == colleague


def test_what_the_notes_do_not_show_makes_no_author() -> None:
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    before = authors(minutes)
    retitle(minutes.meeting, approver, seats=5)
    attendance.note_attendance(
        minutes.meeting, {f"i{row.invitee_id}" for row in minutes.meeting.attendees.all()}, by=approver
    )
    assert (Meeting.objects.get().seats, authors(fresh(minutes))) == (5, before)


def test_what_was_planned_before_the_meeting_makes_no_author() -> None:
    meeting, planner = held_meeting(), factories.user(Role.APPROVER)
    retitle(meeting, planner)
    move_on()
    assert planner not in authors(fresh(written(Meeting.objects.get(), factories.user())))


def test_what_was_changed_when_the_notes_were_begun_counts_wherever_the_start_is_moved() -> None:
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    retitle(minutes.meeting, approver)
    move_on(seconds=1)
    assert approver in authors(fresh(minutes))


def begins_again_tomorrow(meeting: Meeting, by: User) -> Meeting:
    """Somebody moves the start to tomorrow; then that day comes."""
    Meeting.objects.update(state=MeetingState.INVITED)
    tomorrow = f"{timezone.localdate() + timedelta(days=1)}"
    retitle(Meeting.objects.get(), by, day=tomorrow)
    move_on()
    return Meeting.objects.get()


def test_what_was_changed_after_the_meeting_had_begun_counts_also_when_its_start_is_moved() -> None:
    meeting, approver, mover, officer = (
        held_meeting(),
        factories.user(Role.APPROVER),
        factories.user(),
        factories.user(),
    )
    retitle(meeting, approver)
    again = begins_again_tomorrow(meeting, mover)
    assert authors(fresh(written(again, officer))) == [officer, mover, approver]


def test_a_start_that_was_moved_before_it_came_is_still_a_plan() -> None:
    """Control of the test above."""
    start = factories.afternoon(2)
    meeting = held_meeting(starts_at=start, ends_at=start + timedelta(hours=3), state=MeetingState.INVITED)
    retitle(meeting, factories.user(Role.APPROVER))
    again, officer = begins_again_tomorrow(meeting, factories.user()), factories.user()
    assert authors(fresh(written(again, officer))) == [officer]


def test_attendance_counts_even_when_the_meeting_is_moved_past_it() -> None:
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    tick_off(minutes.meeting, approver)
    move_on(seconds=1)
    assert approver in authors(fresh(minutes))


def test_what_came_after_the_approval_does_not_keep_anybody_from_publishing() -> None:
    minutes, publisher = (
        distributed(came(held_meeting(), "Åsa Öhrn", "0192").meeting),
        factories.user(Role.APPROVER),
    )
    tick_off(minutes.meeting, publisher)
    assert publishing.publish(minutes, by=publisher).by == publisher


def test_attendance_changed_after_one_edition_counts_for_the_next() -> None:
    minutes = distributed(came(held_meeting(), "Åsa Öhrn", "0192").meeting)
    publishing.publish(minutes, by=factories.user(Role.APPROVER))
    approver, officer = factories.user(Role.APPROVER), factories.user()
    assert authors(fresh(minutes)) == []
    tick_off(minutes.meeting, approver)
    writing.start_correction(minutes, what="Närvaron är rättad.", by=officer)
    assert authors(fresh(minutes)) == [officer, approver]


def test_the_page_says_why_an_approver_is_not_offered_to_approve() -> None:
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    client, page = signed_in(approver), reverse("staff:minutes", args=[minutes.meeting_id])
    assert "Läs och fastställ" in client.get(page).content.decode()
    tick_off(minutes.meeting, approver)
    said = client.get(page).content.decode()
    assert ("Läs och fastställ" in said, "uppgifter om mötet eller närvaron" in said) == (False, True)


@pytest.mark.parametrize(
    ("role", "warned"), [(Role.APPROVER, True), (Role.OFFICER, False), (Role.READER, False)]
)
def test_an_approver_is_warned_before_the_attendance_is_changed(role: str, warned: bool) -> None:
    meeting = circulated().meeting
    page = (
        signed_in(factories.user(role)).get(reverse("staff:attendance", args=[meeting.pk])).content.decode()
    )
    assert ("behöver en annan godkännare fastställa dem" in page) == warned


def test_authors_of_many_take_as_many_queries_as_of_one() -> None:
    used = []
    for number in (1, 4):
        rows = [circulated(f"{number}{place:03}") for place in range(number)]
        with CaptureQueriesContext(connection) as queries:
            found = authors_of(rows)
        used.append(len(queries))
        assert [len(found[row.pk]) for row in rows] == [1] * number
    assert used[0] == used[1]


def test_the_rows_decide_and_not_the_words_of_the_log(vendor: str) -> None:
    """Control: without its row of authorship the same change makes no author, whatever the log says of it."""
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    tick_off(minutes.meeting, approver)
    logged = Event.objects.filter(by=approver).count()
    for sql in lift("access_contribution", vendor):
        connection.cursor().execute(sql)
    Contribution.objects.filter(by=approver).delete()
    assert (logged, Event.objects.filter(by=approver).count()) == (1, 1)
    approval = approving.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=approver)
    assert approval.by == approver


def test_every_step_of_the_notes_is_in_the_audit_log() -> None:
    minutes = approved(came(held_meeting(), "Åsa Öhrn", "0192").meeting)
    writing.reopen_minutes(minutes, by=factories.user())
    writing.remove_section(writing.add_section(fresh(minutes), by=factories.user()), by=factories.user())
    writing.circulate_minutes(fresh(minutes), by=factories.user())
    approving.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=factories.user(Role.APPROVER))
    distributing.distribute(fresh(minutes), previewed=content_hash(fresh(minutes)), by=factories.user())
    publishing.publish(fresh(minutes), by=factories.user(Role.APPROVER))
    writing.start_correction(fresh(minutes), what="Antalet.", by=factories.user())
    told = Event.objects.filter(thing=f"minutes {minutes.pk}", by__isnull=False).order_by("pk")
    assert [event.what.removeprefix("anteckningar: ") for event in told] == [
        "påbörjade", "skrev i avsnitt", "skrev i avsnitt", "delade", "fastställde", "öppnade",
        "la till avsnitt", "tog bort avsnitt", "delade", "fastställde", "skickade ut", "publicerade",
        "påbörjade rättelse",
    ]  # fmt: skip
