"""Four eyes hold also when the name, address or protection of somebody in the register decides whom notes name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.base.states import NotAllowed
from meetings.models import Meeting
from minutes.approval import actions as approving
from minutes.approval import authors as finding
from minutes.approval.authors import authors
from minutes.compile_document import compile_document, content_hash, unnamed_groups
from minutes.models import Minutes
from minutes.writing import actions as writing
from parties.actions.mandates import add_people, add_person, change_person
from parties.models import Person
from tests import factories
from tests.minutes.acting import came, fresh, held_meeting, written

pytestmark = pytest.mark.django_db
ASA, OTHER = "Åsa Öhrn", "Bo Ek"


def circulated() -> Minutes:
    """Notes of a meeting to which Åsa Öhrn came, written and shared by an officer."""
    meeting = held_meeting()
    came(meeting, ASA, "0192")
    minutes = written(meeting, factories.user())
    writing.circulate_minutes(minutes, by=factories.user())
    return fresh(minutes)


def change(person: Person, by: User, **values: Any) -> None:
    person.refresh_from_db()
    now = {name: getattr(person, name) for name in ("name", "email", "phone", "protected")}
    change_person(person, {**now, **values}, seen_version=person.version, by=by)


def named(minutes: Minutes) -> list[str]:
    return [name for group in compile_document(fresh(minutes)).present for name in group.names]


def may_approve(minutes: Minutes, by: User) -> bool:
    try:
        approving.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=by)
    except NotAllowed:
        return False
    return True


def rename_one_who_is_protected(minutes: Minutes, by: User) -> None:
    change(factories.person(name=OTHER, protected=True), by, name=ASA)


def rename_and_protect(minutes: Minutes, by: User) -> None:
    person = factories.person(name=OTHER)
    change(person, by, name=ASA)
    change(person, by, protected=True)


def rename_and_let_a_colleague_protect(minutes: Minutes, by: User) -> None:
    person = factories.person(name=OTHER)
    change(person, by, name=ASA)
    change(person, factories.user(), protected=True)


def add_and_let_a_colleague_protect(minutes: Minutes, by: User) -> None:
    person = add_person(name=ASA.upper(), email="ny@kommun.example", phone="", by=by)
    change(person, factories.user(), protected=True)


def import_and_let_a_colleague_protect(minutes: Minutes, by: User) -> None:
    person = Person(name=ASA.upper(), email="ny@kommun.example")
    add_people([person], by=by)
    change(person, factories.user(), protected=True)


def give_the_address_to_one_who_is_protected(minutes: Minutes, by: User) -> None:
    change(factories.person(protected=True), by, email=minutes.meeting.attendees.get().email)


def protect_the_participant(minutes: Minutes, by: User) -> None:
    row = minutes.meeting.attendees.get()
    row.invitee.person = factories.person(name="Åsa Ö. Öhrn")
    row.invitee.save()
    change(row.invitee.person, by, protected=True)


def begin_later() -> None:
    """Everything so far was done before the meeting began."""
    soon = timezone.now() + timedelta(seconds=1)
    Meeting.objects.update(starts_at=soon, ends_at=soon + timedelta(hours=3))
    Minutes.objects.update(begun_at=soon)


TAKE_OUT = [
    rename_one_who_is_protected,
    rename_and_protect,
    rename_and_let_a_colleague_protect,
    add_and_let_a_colleague_protect,
    import_and_let_a_colleague_protect,
    give_the_address_to_one_who_is_protected,
    protect_the_participant,
]


@pytest.mark.parametrize("act", TAKE_OUT)
def test_who_takes_a_participant_out_of_the_notes_does_not_approve_them(act: Callable[[Minutes, User], None]):
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    act(minutes, approver)
    assert (named(minutes), may_approve(minutes, approver)) == ([], False)
    assert may_approve(minutes, factories.user(Role.APPROVER))


def rename_away(person: Person, by: User) -> None:
    change(person, by, name=OTHER)


def end_the_protection(person: Person, by: User) -> None:
    change(person, by, protected=False)


@pytest.mark.parametrize("act", [rename_away, end_the_protection])
def test_who_lets_a_protected_name_stand_in_the_notes_does_not_approve_them(
    act: Callable[[Person, User], None],
):
    person, minutes, approver = (
        factories.person(name=ASA, protected=True),
        circulated(),
        factories.user(Role.APPROVER),
    )
    assert named(minutes) == []
    act(person, approver)
    assert (named(minutes), may_approve(minutes, approver)) == ([ASA], False)
    assert may_approve(minutes, factories.user(Role.APPROVER))


@pytest.mark.parametrize("act", [rename_one_who_is_protected, rename_and_let_a_colleague_protect])
def test_somebody_elses_name_counts_also_when_it_was_changed_before_the_meeting(
    act: Callable[[Minutes, User], None],
):
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    act(minutes, approver)
    begin_later()
    assert approver in authors(fresh(minutes))


def test_a_participants_own_protection_from_before_the_meeting_makes_no_author():
    """Control of the test above: it was so when the meeting began."""
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    protect_the_participant(minutes, approver)
    begin_later()
    assert approver not in authors(fresh(minutes))


def test_a_name_or_address_that_hides_nobody_makes_no_author():
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    row = minutes.meeting.attendees.get()
    row.invitee.person = factories.person(name="Åsa Örn")
    row.invitee.save()
    change(row.invitee.person, approver, name=ASA)
    change(factories.person(name=OTHER), approver, protected=True)
    assert (named(minutes), approver in authors(fresh(minutes))) == ([ASA], False)
    assert may_approve(minutes, approver)


def test_control_without_the_look_at_the_register_the_same_approver_approves(monkeypatch: pytest.MonkeyPatch):
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    monkeypatch.setattr(finding, "people_who_hide_names", lambda known, came: {})
    rename_and_protect(minutes, approver)
    assert (named(minutes), may_approve(minutes, approver)) == ([], True)


def test_who_reads_before_approving_sees_that_somebody_is_not_named(client: Any):
    minutes = circulated()
    rename_one_who_is_protected(minutes, factories.user())
    assert unnamed_groups(minutes.meeting) == [("Kommun 0192", 1)]
    client.force_login(factories.user(Role.APPROVER))
    page = client.get(f"/arbete/moten/{minutes.meeting_id}/anteckningar/forhandsgranska/").content.decode()
    assert "1 person från Kommun 0192" in page
