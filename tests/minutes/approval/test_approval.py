"""Four eyes: only somebody else's words, only the words that were read, and only until they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.base.authorship import Contribution, Part
from dialog_portal.base.states import NotAllowed
from meetings.models import Answer, Channel, Invitee, Reply
from minutes.approval import actions
from minutes.approval.authors import authors
from minutes.compile_document import compile_document, content_hash
from minutes.models import Approval, MinutesState
from minutes.publishing.actions import mailed_rendering
from minutes.writing import actions as writing
from parties.models import FormerName, Person
from tests import factories
from tests.minutes.acting import approved, came, fresh, held_meeting, written

pytestmark = pytest.mark.django_db


def circulated() -> actions.Minutes:
    minutes = written(held_meeting(), factories.user())
    writing.circulate_minutes(minutes, by=factories.user())
    return fresh(minutes)


def test_approval_names_author_and_approver_and_the_hash() -> None:
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    seen = content_hash(minutes)
    approval = actions.approve(minutes, seen=seen, by=approver)
    assert (approval.by, approval.content_hash, fresh(minutes).state) == (
        approver,
        seen,
        MinutesState.APPROVED,
    )


def test_approver_who_wrote_any_section_is_refused() -> None:
    approver = factories.user(Role.APPROVER)
    minutes = written(held_meeting(), factories.user())
    section = minutes.sections.all()[0]
    writing.save_section(section, heading="H", html="<p>Jag</p>", seen_version=2, by=approver)
    writing.save_section(
        minutes.sections.all()[1], heading="H", html="<p>Sist</p>", seen_version=2, by=factories.user()
    )
    writing.circulate_minutes(minutes, by=factories.user())
    with pytest.raises(NotAllowed, match="själv skrivit"):
        actions.approve(fresh(minutes), seen=content_hash(fresh(minutes)), by=approver)


def test_database_refuses_an_approval_by_its_author() -> None:
    minutes, author = circulated(), factories.user(Role.APPROVER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(
            minutes=minutes, content_hash="x", author=author, by=author, at=timezone.now()
        )


def test_approval_of_words_that_changed_meanwhile_is_refused() -> None:
    minutes = circulated()
    seen = content_hash(minutes)
    writing.reopen_minutes(minutes, by=factories.user())
    writing.save_section(
        minutes.sections.all()[0], heading="H", html="<p>Annat</p>", seen_version=2, by=factories.user()
    )
    writing.circulate_minutes(minutes, by=factories.user())
    with pytest.raises(NotAllowed, match="ändrats sedan du läste"):
        actions.approve(fresh(minutes), seen=seen, by=factories.user(Role.APPROVER))


def approved_by_an_author() -> actions.Minutes:
    """Notes whose approver turns out to have written in them, as an upgrade can find afterwards."""
    minutes = fresh(approved(held_meeting()))
    approval = minutes.approvals.get()
    Contribution.objects.create(
        subject="minutes", subject_id=minutes.pk, part=Part.NOTED, by=approval.by, at=approval.at
    )
    return minutes


@pytest.mark.parametrize("use", [actions.valid_approval, mailed_rendering])
def test_notes_that_an_author_turns_out_to_have_approved_go_no_further(use: Callable[[Any], Any]) -> None:
    with pytest.raises(NotAllowed, match="som själv har skrivit"):
        use(approved_by_an_author())


def test_control_without_the_second_look_an_authors_approval_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = approved_by_an_author()
    monkeypatch.setattr(actions, "is_not_author", lambda _minutes, _user: True)
    assert actions.valid_approval(minutes).by in authors(minutes)


def test_opening_for_change_voids_the_approval() -> None:
    minutes = approved(held_meeting())
    writing.reopen_minutes(minutes, by=factories.user())
    with pytest.raises(NotAllowed, match="inte fastställda"):
        actions.valid_approval(fresh(minutes))


@pytest.mark.parametrize(
    "change", [{"venue": "En annan lokal"}, {"title": "En annan rubrik"}, {"diary_number": "KN 2026/1"}]
)
def test_approval_falls_when_facts_about_the_meeting_change(change: dict[str, str]) -> None:
    meeting = held_meeting()
    minutes = approved(meeting)
    type(meeting).objects.filter(pk=meeting.pk).update(**change)
    with pytest.raises(NotAllowed, match="fastställ dem på nytt"):
        actions.valid_approval(fresh(minutes))


def test_approval_stands_when_nothing_changes() -> None:
    """Control of the test above."""
    minutes = approved(held_meeting())
    assert actions.valid_approval(minutes).minutes == minutes


def test_the_page_offers_approval_only_to_an_approver_who_did_not_write(client: Client) -> None:
    minutes = circulated()
    author = authors(minutes)[0]
    offered = {}
    for person in (
        factories.user(Role.APPROVER),
        factories.user(Role.OFFICER),
        factories.user(Role.READER),
        author,
    ):
        client.force_login(person)
        page = client.get(reverse("staff:minutes_preview", args=[minutes.meeting_id]))
        offered[person.pk] = b"Fastst\xc3\xa4ll anteckningarna" in page.content
    assert list(offered.values()) == [True, False, False, False]


def test_officials_are_named_and_association_people_are_not() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    hidden = came(meeting, "Bo Dold", "0114")
    hidden.invitee.person = Person.objects.create(name="Bo Dold", email="dold@kommun.example", protected=True)
    hidden.invitee.save()
    union = factories.invitation(meeting, factories.party(name="Ett fackförbund"))
    member = factories.invitee(union, name="Hemlig Medlem")
    meeting.attendees.create(
        invitee=member, invitation=union, name=member.name, organisation="Ett fackförbund"
    )
    groups = compile_document(written(meeting, factories.user())).present
    assert [(group.party, group.names) for group in groups] == [
        ("Ett fackförbund", ()),
        ("Kommun 0114", ()),
        ("Kommun 0192", ("Åsa Öhrn",)),
    ]


def test_whoever_began_a_correction_does_not_approve_it() -> None:
    minutes, approver = circulated(), factories.user(Role.APPROVER)
    minutes.steps.create(before=MinutesState.PUBLISHED, after=MinutesState.DRAFT, by=approver)
    with pytest.raises(NotAllowed, match="själv skrivit"):
        actions.approve(minutes, seen=content_hash(minutes), by=approver)


def test_a_protected_person_who_came_as_a_substitute_is_not_named() -> None:
    meeting = held_meeting()
    Person.objects.create(name="Li Dold", email="dold@kommun.example", protected=True)
    came(meeting, "Någon Ek", "0192", email="DOLD@kommun.example")
    came(meeting, "Li Dold", "0114", email="")
    came(meeting, "Åsa Öhrn", "0115")
    named = [group.names for group in compile_document(written(meeting, factories.user())).present]
    assert named == [(), ("Åsa Öhrn",), ()]


def test_who_represented_two_municipalities_stands_under_both() -> None:
    meeting = held_meeting()
    both = came(meeting, "Åsa Öhrn", "0192").invitee
    for party in (factories.municipality("Salem", "0128"), factories.party(name="En förening")):
        both.also.add(factories.invitation(meeting, party))
    groups = compile_document(written(meeting, factories.user())).present
    assert [(group.party, group.names) for group in groups] == [
        ("En förening", ()),
        ("Kommun 0192", ("Åsa Öhrn",)),
        ("Salem", ("Åsa Öhrn",)),
    ]


def decline(invitee: Invitee) -> None:
    Reply.objects.create(invitee=invitee, answer=Answer.NO, channel=Channel.PHONE)


def test_absent_parties_keep_the_name_of_that_day() -> None:
    meeting, party = held_meeting(), factories.party(name="Fackförbundet Scen & Film")
    FormerName.objects.create(party=party, name="Teaterförbundet", until="2100-01-01")
    decline(factories.invitee(factories.invitation(meeting, party)))
    absent = compile_document(written(meeting, factories.user())).absent
    assert [group.party for group in absent] == ["Teaterförbundet"]
