"""Each change that notes show says who made it, and no other change does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.db import DataError, IntegrityError, transaction
from django.db.models import DateField, Field, ForeignKey, Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.authorship import Contribution
from meetings.agenda import actions as agenda
from meetings.agenda.forms import ItemForm
from meetings.attendance import actions as attendance
from meetings.invitations.actions import invite, withdraw
from meetings.invitations.actions.remove_party import remove_party
from meetings.models import AgendaItem, Answer, Channel, Invitee, Meeting, MeetingState, Round
from meetings.planning.actions import meetings as planning
from meetings.planning.actions import rounds
from meetings.planning.forms.meetings import MeetingForm
from meetings.planning.forms.rounds import RoundForm
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over
from minutes.compile_document import content_hash
from minutes.models import Minutes
from minutes.writing import actions as writing
from parties.actions import mandates, parties
from parties.forms.mandate import PersonForm
from parties.forms.party import PartyForm
from parties.models import Party, Person
from tests import factories
from tests.meetings.acting import retyped, typed
from tests.minutes.acting import came, fresh, held_meeting, written
from tests.parties.imports.files import HEADINGS, apply, upload, workbook

pytestmark = pytest.mark.django_db

Act = Callable[["World"], Any]


class World:
    """A meeting with a guest list and an agenda, and the officer who will change something about it."""

    def __init__(self) -> None:
        self.officer = factories.user()
        self.client = Client()
        self.client.force_login(self.officer, backend="django.contrib.auth.backends.ModelBackend")
        self.party = factories.party(name="Salem")
        self.meeting = factories.meeting(state=MeetingState.INVITED)
        self.meeting = Meeting.objects.get(pk=self.meeting.pk)
        self.guest = factories.invitee(
            factories.invitation(self.meeting, self.party), person=factories.person()
        )
        self.items = [factories.item(self.meeting, title=title) for title in "AB"]
        self.held = held_meeting(round=self.meeting.round)

    def post(self, name: str, pk: object, values: dict[str, Any]) -> None:
        answer = self.client.post(reverse(f"staff:{name}", args=[] if pk is None else [pk]), values)
        assert answer.status_code == 302, answer.context["form"].errors

    def change_meeting(self, **values: Any) -> None:
        self.post("meeting_change", self.meeting.pk, retyped(self.meeting, **values))

    def change_party(self, **values: Any) -> None:
        known = {"name": "Salem", "in_county": "on", "seen_version": self.party.version}
        self.post("party_change", self.party.pk, {**known, **values})

    def change_person(self, **values: Any) -> None:
        row = self.guest.person
        assert row is not None
        known = {"name": row.name, "email": row.email, "seen_version": row.version}
        self.post("person_change", row.pk, {**known, **values})

    def change_round(self, **values: Any) -> None:
        row = Round.objects.get(pk=self.meeting.round_id)
        known = {"year": row.year, "signer": row.signer, "signer_title": row.signer_title, "seen_version": 1}
        self.post("round_change", row.year, {**known, **values})

    def change_point(self, **values: Any) -> None:
        self.post("item_change", self.items[0].pk, {"title": "A", "seen_version": 1, **values})

    def begin_notes(self) -> Any:
        return writing.start_minutes(self.held, by=factories.user())

    def reinstate(self) -> None:
        withdraw.withdraw(self.guest, by=factories.user())
        withdraw.reinstate(Invitee.objects.get(pk=self.guest.pk), by=self.officer)

    def remove_party(self) -> None:
        remove_party(factories.invitation(self.meeting, factories.party()), by=self.officer)

    def restore_point(self) -> None:
        removed = agenda.delete_item(self.items[0], by=factories.user())
        agenda.restore_item(self.meeting.agenda, removed, by=self.officer)

    def remove_section(self) -> None:
        section = writing.add_section(self.begin_notes(), by=factories.user())
        writing.remove_section(section, by=self.officer)

    def come(self) -> None:
        who = {"name": "Ny", "organisation": "En kommun", "email": "ny@kommun.example", "title": ""}
        attendance.add_attendee(self.held, staff=False, by=self.officer, **who)

    def import_person(self) -> None:
        file = workbook(HEADINGS, [self.party.name, "Kim Ek", "chef", "kim@salem.example", ""])
        apply(self.client, upload(self.client, file))

    def tick_off(self) -> None:
        guest = factories.invitee(factories.invitation(self.held))
        attendance.note_attendance(self.held, {f"i{guest.pk}"}, by=self.officer)


def rows(by: User) -> list[tuple[str, str]]:
    return list(Contribution.objects.filter(by=by).values_list("subject", "part"))


SHOWN: dict[str, tuple[str, str, Act]] = {
    "meeting added": ("meeting", "facts", lambda world: world.post("meeting_add", world.meeting.round.year, typed())),
    "meeting renamed": ("meeting", "facts", lambda world: world.change_meeting(title="Ny rubrik")),
    "meeting moved": ("meeting", "facts", lambda world: world.change_meeting(start="09:00")),
    "meeting numbered": ("meeting", "facts", lambda world: world.change_meeting(diary_number="KN 2026/1")),
    "parties invited": ("meeting", "facts", lambda world: invite.invite_parties(
        world.meeting, [factories.party()], seats=2, by=world.officer)),
    "guest invited": ("meeting", "facts", lambda world: invite.invite_guest(
        world.meeting, organisation="En förening", name="Kim", email="kim@forening.example", by=world.officer)),
    "person withdrawn": ("meeting", "facts", lambda world: withdraw.withdraw(world.guest, by=world.officer)),
    "person reinstated": ("meeting", "facts", lambda world: world.reinstate()),
    "party removed": ("meeting", "facts", lambda world: world.remove_party()),
    "answer noted": ("meeting", "facts", lambda world: store_answer(
        world.guest, Answer.NO, channel=Channel.PHONE, by=world.officer)),
    "substitute noted": ("meeting", "facts", lambda world: hand_over(
        world.guest, name="Kim Ek", email="kim@salem.example", channel=Channel.PHONE, by=world.officer)),
    "round numbered": ("round", "facts", lambda world: world.change_round(diary_number="KN 2026/1")),
    "party corrected": ("party", "facts", lambda world: world.change_party(name="Salems")),
    "party given a code": ("party", "facts", lambda world: world.change_party(code="0128")),
    "party renamed": ("party", "facts", lambda world: parties.rename_party(
        world.party, name="Nya Salem", since=timezone.localdate(), seen_version=1, by=world.officer)),
    "person protected": ("person", "facts", lambda world: world.change_person(protected="on")),
    "person added": ("person", "identity", lambda world: mandates.add_person(
        name="Kim Ek", email="kim@salem.example", phone="", by=world.officer)),
    "person imported": ("person", "identity", lambda world: world.import_person()),
    "person renamed": ("person", "identity", lambda world: world.change_person(name="Kim Ek")),
    "person readdressed": ("person", "identity", lambda world: world.change_person(email="kim@salem.example")),
    "point added": ("agenda", "points", lambda world: agenda.add_item(
        world.meeting.agenda, AgendaItem(title="C"), by=world.officer)),
    "point renamed": ("agenda", "points", lambda world: world.change_point(title="Ny rubrik")),
    "point made internal": ("agenda", "points", lambda world: world.change_point(internal="on")),
    "point moved": ("agenda", "points", lambda world: agenda.move_item(world.items[0], to=2, by=world.officer)),
    "point removed": ("agenda", "points", lambda world: agenda.delete_item(world.items[0], by=world.officer)),
    "point put back": ("agenda", "points", lambda world: world.restore_point()),
    "attendance noted": ("meeting", "noted", lambda world: world.tick_off()),
    "attendee added": ("meeting", "noted", lambda world: world.come()),
    "section added": ("minutes", "noted", lambda world: writing.add_section(world.begin_notes(), by=world.officer)),
    "section removed": ("minutes", "noted", lambda world: world.remove_section()),
}  # fmt: skip


@pytest.mark.parametrize("change", SHOWN)
def test_a_change_that_notes_show_says_who_made_it(change: str) -> None:
    world, (subject, part, act) = World(), SHOWN[change]
    act(world)
    assert rows(world.officer) == [(subject, part)]


def test_people_from_the_register_come_with_who_added_them() -> None:
    world = World()
    factories.mandate(world.party)
    invite.add_missing_invitees(world.meeting, by=world.officer)
    assert rows(world.officer) == [("meeting", "facts")]


def test_a_meeting_that_is_moved_keeps_its_former_start() -> None:
    world = World()
    world.change_meeting(start="09:00", end="12:00")
    assert Contribution.objects.get().former_start == world.meeting.starts_at
    world.change_meeting(title="Ny rubrik", seen_version=2, start="09:00", end="12:00")
    assert list(Contribution.objects.values_list("former_start", flat=True)) == [
        world.meeting.starts_at,
        None,
    ]


NOT_SHOWN: dict[str, Act] = {
    "seats": lambda world: world.change_meeting(seats=5),
    "signer of the round": lambda world: world.change_round(signer_title="direktör"),
    "note about a party": lambda world: world.change_party(note="Ringer hellre."),
    "telephone": lambda world: world.change_person(phone="08-123 45 67"),
    "minutes of a point": lambda world: world.change_point(minutes="20"),
    "round added": lambda world: world.post("round_add", None, {
        "year": "2031", "signer": "Ylva", "signer_title": "chef", "diary_number": "KN 2031/1",
        "seen_version": "1"}),
    "party added": lambda world: world.post("party_add", None, {"name": "Nacka", "code": "0182", "in_county": "on"}),
    "seats of a party": lambda world: invite.change_seats(world.guest.invitation, 2, by=world.officer),
    "meeting cancelled": lambda world: planning.cancel_meeting(world.meeting, reason="Brand.", by=world.officer),
    "notes begun": lambda world: world.begin_notes(),
}  # fmt: skip


@pytest.mark.parametrize("change", NOT_SHOWN)
def test_a_change_that_notes_do_not_show_makes_nobody_an_author(change: str) -> None:
    world = World()
    NOT_SHOWN[change](world)
    assert rows(world.officer) == []


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        (planning.MEETING_FIELDS_IN_NOTES, MeetingForm),
        (rounds.ROUND_FIELDS_IN_NOTES, RoundForm),
        (agenda.ITEM_FIELDS_IN_NOTES, ItemForm),
        (parties.PARTY_FIELDS_IN_NOTES, PartyForm),
        (mandates.PERSON_FIELDS_IN_NOTES, PersonForm),
    ],
)
def test_fields_that_make_an_author_are_named_as_in_their_form(
    fields: frozenset[str], form: type[forms.BaseForm]
) -> None:
    """A field that was renamed in the form only would let its author approve."""
    assert fields - set(form.base_fields) == set()


# --- No column is forgotten ------------------------------------------------------------------------------------------

# The columns of each table that notes may show: those that make an author, and those that no page changes any more
SHOWN_COLUMNS: dict[type[Model], frozenset[str]] = {
    Meeting: planning.MEETING_FIELDS_IN_NOTES - {"day", "start", "end"} | {"starts_at", "ends_at", "round"},
    Round: rounds.ROUND_FIELDS_IN_NOTES | {"year"},  # a year with meetings stays
    Party: parties.PARTY_FIELDS_IN_NOTES,
    Person: mandates.PERSON_FIELDS_IN_NOTES,
}


def another_value(row: Model, field: Field[Any, Any]) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, ForeignKey):
        return field.related_model._default_manager.exclude(pk=value).values_list("pk", flat=True).first()
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case datetime():
            return value + timedelta(minutes=1)
        case str():
            return f"x{value}"
    return timezone.now() if isinstance(field, DateField) else None


def changes_the_notes(minutes: Minutes, row: Model, field: Field[Any, Any]) -> bool:
    """Whether the notes say something else when only this column of the row is another."""
    before, table = content_hash(fresh(minutes)), type(row)._default_manager.filter(pk=row.pk)
    with suppress(IntegrityError, DataError), transaction.atomic():
        table.update(**{field.attname: another_value(row, field)})
        changed = content_hash(fresh(minutes)) != before
        transaction.set_rollback(True)
        return changed
    return False


@pytest.mark.once
@pytest.mark.parametrize("model", SHOWN_COLUMNS)
def test_every_column_that_notes_show_makes_an_author(model: type[Model]) -> None:
    factories.round_()
    host, other = factories.party(name="Salem"), factories.party(name="Nacka")
    meeting = held_meeting(host=host)
    factories.invitee(factories.invitation(meeting, other))
    came(meeting, "Åsa Öhrn", "0192")
    minutes = written(meeting, factories.user())
    person = factories.person(name="Åsa Öhrn", protected=True)
    rows = {Meeting: [meeting], Round: [meeting.round], Party: [host, other], Person: [person]}[model]
    shown = {
        field.name
        for row in rows
        for field in model._meta.concrete_fields
        if not field.primary_key and changes_the_notes(minutes, row, field)
    }
    assert shown
    assert shown - SHOWN_COLUMNS[model] == set()
