"""Accounts come from an administrator's invitation, and end when an administrator says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access import actions
from dialog_portal.access.letters import invitation_address
from dialog_portal.access.models import Role, StaffInvitation, User
from dialog_portal.base.audit import Event
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.models import Link
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "en ny rad med många ord"


@pytest.fixture
def boss() -> User:
    return factories.user(Role.ADMINISTRATOR)


@pytest.fixture
def invitation(boss: User) -> StaffInvitation:
    return actions.invite_staff(name="Åsa Ek", email="Asa.Ek@region.example", role=Role.APPROVER, by=boss)


def door(invitation: StaffInvitation) -> str:
    return "/" + invitation_address(invitation).split("/", 3)[3]


def choose(where: str, password: str = PASSWORD, again: str = PASSWORD) -> Any:
    return Client().post(where, {"password": password, "again": again})


def test_an_invitation_is_a_letter_with_a_link_for_two_days(invitation: StaffInvitation):
    letter = Letter.objects.get()
    content = read_content(letter)
    assert content is not None
    assert letter.address == "asa.ek@region.example"
    assert invitation_address(invitation) in content.text
    assert invitation_address(invitation) in content.html
    assert invitation.link.expires_at - invitation.created < timedelta(hours=48, minutes=1)


def test_the_invited_person_chooses_a_password_and_can_sign_in(invitation: StaffInvitation):
    page = choose(door(invitation))
    user = User.objects.get(email="asa.ek@region.example")
    assert page.status_code == 200
    assert (user.name, user.role, user.check_password(PASSWORD)) == ("Åsa Ek", Role.APPROVER, True)
    assert EmailAddress.objects.filter(user=user, verified=True, primary=True).count() == 1
    client = Client()
    client.post(reverse("account_login"), {"login": "ASA.EK@region.example", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_looking_at_the_invitation_writes_nothing_and_sets_no_cookie(invitation: StaffInvitation):
    before = (User.objects.count(), Link.objects.get().revoked_at, Event.objects.count())
    page = Client().get(door(invitation))
    assert (page.status_code, list(page.cookies)) == (200, [])
    assert (User.objects.count(), Link.objects.get().revoked_at, Event.objects.count()) == before


def used(invitation: StaffInvitation, boss: User) -> None:
    choose(door(invitation))


def withdrawn(invitation: StaffInvitation, boss: User) -> None:
    actions.revoke_invitation(invitation, by=boss)


def replaced(invitation: StaffInvitation, boss: User) -> None:
    actions.invite_staff(name="Åsa Ek", email=invitation.email, role=Role.READER, by=boss)


@pytest.mark.parametrize("spoil", [used, withdrawn, replaced])
def test_a_link_that_is_over_is_the_same_404_as_one_that_never_was(
    invitation: StaffInvitation, boss: User, spoil
):
    never = Client().get("/konto/inbjudan/finns-inte/")
    spoil(invitation, boss)
    people = User.objects.count()
    for answer in (Client().get(door(invitation)), choose(door(invitation))):
        assert (answer.status_code, answer.content) == (404, never.content)
    assert User.objects.count() == people


def test_a_link_does_not_outlive_two_days(invitation: StaffInvitation):
    with time_machine.travel(timezone.now() + timedelta(hours=48, minutes=1)):
        assert choose(door(invitation)).status_code == 404
    assert not User.objects.filter(email=invitation.email).exists()


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("kort", "kort", "minst 15 tecken"),
        ("asa.ek@region.example", "asa.ek@region.example", "för likt"),
        (PASSWORD, "något annat helt och hållet", "inte likadana"),
        ("", "", "måste fyllas i"),
    ],
)
def test_a_poor_password_is_told_at_its_field(
    invitation: StaffInvitation, password: str, again: str, said: str
):
    page = choose(door(invitation), password, again)
    assert said in page.content.decode()
    assert not User.objects.filter(email=invitation.email).exists()


def test_only_administrators_know_of_the_letter_and_nobody_reads_the_link(
    invitation: StaffInvitation, boss: User
):
    letter, found = Letter.objects.get(), {}
    for user in (factories.user(Role.OFFICER), boss):
        client = Client()
        client.force_login(user)
        pages = [client.get(reverse(f"staff:{name}", args=[letter.pk])) for name in ("letter", "letter_body")]
        found[user.role] = [page.status_code for page in pages]
        assert not any(door(invitation) in page.content.decode() for page in pages)
    assert found == {Role.OFFICER: [404, 404], Role.ADMINISTRATOR: [200, 404]}


def test_an_address_with_an_account_is_not_invited_again(boss: User):
    there = factories.user()
    with pytest.raises(NotAllowed, match="redan ett konto"):
        actions.invite_staff(name="Dubbel", email=there.email.upper(), role=Role.READER, by=boss)


def test_a_changed_role_counts_from_the_next_request(boss: User):
    officer, client = factories.user(Role.OFFICER), Client()
    client.force_login(officer)
    assert client.get(reverse("staff:round_add")).status_code == 200
    actions.change_role(officer, Role.READER, by=boss)
    assert client.get(reverse("staff:round_add")).status_code == 403


def test_a_closed_account_is_out_at_once_and_its_old_session_stays_out(boss: User):
    officer, client, other = factories.user(), Client(), Client()
    client.force_login(officer)
    other.force_login(boss)
    actions.close_account(officer, by=boss)
    assert client.get(reverse("staff:start")).status_code == 302
    actions.reopen_account(officer, by=boss)
    assert client.get(reverse("staff:start")).status_code == 302
    assert other.get(reverse("staff:start")).status_code == 200


@pytest.mark.parametrize(
    "act", [lambda u: actions.close_account(u, by=u), lambda u: actions.change_role(u, Role.READER, by=u)]
)
def test_nobody_changes_their_own_account(boss: User, act):
    with pytest.raises(NotAllowed, match="en annan administratör"):
        act(boss)
    boss.refresh_from_db()
    assert (boss.role, boss.is_active) == (Role.ADMINISTRATOR, True)


def test_the_last_administrator_stays(boss: User):
    closed_meanwhile = factories.user(Role.ADMINISTRATOR)
    actions.close_account(closed_meanwhile, by=boss)
    with pytest.raises(NotAllowed, match="enda administratören"):
        actions.close_account(boss, by=closed_meanwhile)
    with pytest.raises(NotAllowed, match="enda administratören"):
        actions.change_role(boss, Role.READER, by=closed_meanwhile)
    boss.refresh_from_db()
    assert (boss.role, boss.is_active) == (Role.ADMINISTRATOR, True)


def test_every_change_of_an_account_is_in_the_log(boss: User, invitation: StaffInvitation):
    choose(door(invitation))
    user = User.objects.get(email=invitation.email)
    actions.change_role(user, Role.OFFICER, by=boss)
    actions.close_account(user, by=boss)
    actions.reopen_account(user, by=boss)
    said = list(Event.objects.order_by("pk").values_list("what", "by"))
    assert said == [
        ("konto: bjöd in", boss.pk),
        ("konto: tog emot inbjudan", user.pk),
        ("konto: ändrade roll", boss.pk),
        ("konto: stängde", boss.pk),
        ("konto: öppnade", boss.pk),
    ]


def test_the_pages_do_what_their_buttons_say(boss: User):
    client, other = Client(), factories.user(Role.READER)
    client.force_login(boss)
    client.post(
        reverse("staff:account_invite"), {"name": "Ny", "email": "ny@region.example", "role": "officer"}
    )
    client.post(reverse("staff:account_change", args=[other.pk]), {"role": "approver"})
    client.post(reverse("staff:account_change", args=[other.pk]), {"close": "1"})
    own = client.post(reverse("staff:account_change", args=[boss.pk]), {"close": "1"}, follow=True)
    other.refresh_from_db()
    promised = StaffInvitation.objects.get()
    client.post(reverse("staff:account_invitation_revoke", args=[promised.pk]))
    assert (other.role, other.is_active) == (Role.APPROVER, False)
    assert "Du kan inte stänga ditt eget konto" in own.content.decode()
    assert not StaffInvitation.objects.waiting().exists()
