"""How a portal for real begins: the register is filled, and its first administrator is invited by nobody."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from dialog_portal.access.models import Role, StaffInvitation, User
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.models import FocusArea, RoundPurpose
from parties.models import Category, Municipality, Party

pytestmark = pytest.mark.django_db
PHRASE = "en lång mening som ingen annan har valt"
LINK = re.compile(r"https?://\S+?(/konto/inbjudan/\S+)")


def begin(email: str = "anna@example.org", name: str = "Anna Öhrn") -> str:
    said = StringIO()
    call_command("begin", email=email, name=name, stdout=said)
    return said.getvalue()


def counts() -> list[int]:
    return [model.objects.count() for model in (Party, Municipality, Category, RoundPurpose, FocusArea)]


def test_an_empty_portal_gets_its_register_and_no_invented_people():
    begin()
    assert (all(counts()), Municipality.objects.filter(in_county=True).count()) == (True, 26)
    assert not User.objects.exists()


def test_the_first_administrator_chooses_a_password_behind_the_printed_link():
    addresses = LINK.findall(begin())
    assert len(addresses) == 1
    page = Client().get(addresses[0])
    assert (page.status_code, "Skriv till" in page.content.decode()) == (200, False)
    Client().post(
        addresses[0], {"password": PHRASE, "again": PHRASE}, headers={"origin": "http://testserver"}
    )
    made = User.objects.get()
    assert (made.name, made.role, made.check_password(PHRASE)) == ("Anna Öhrn", Role.ADMINISTRATOR, True)


def test_the_letter_holds_the_same_link_and_comes_from_the_office():
    address = LINK.findall(begin())[0]
    content = read_content(Letter.objects.get(address="anna@example.org"))
    assert content is not None
    assert address in content.text
    assert "Kulturförvaltningen bjuder in dig" in content.text
    assert "None" not in content.text + content.html


def test_a_second_time_changes_nothing_while_the_invitation_waits():
    begin()
    before = counts()
    said = begin("Anna@example.org")
    assert (counts(), LINK.findall(said), "is invited until" in said) == (before, [], True)
    assert (StaffInvitation.objects.count(), Letter.objects.count()) == (1, 1)


def test_another_address_takes_the_place_of_a_wrong_one():
    begin("ana@example.org")
    begin()
    assert [row.email for row in StaffInvitation.objects.waiting()] == ["anna@example.org"]


def test_purposes_that_the_staff_changed_stay_theirs():
    begin()
    RoundPurpose.objects.update(text="Ändrat")
    before = counts()
    begin()
    assert (counts(), RoundPurpose.objects.exclude(text="Ändrat").exists()) == (before, False)


def test_it_refuses_when_there_is_an_administrator():
    User.objects.create_user("chef@example.org", "Adam Ek", Role.ADMINISTRATOR)
    with pytest.raises(CommandError, match="has an administrator"):
        begin()
    assert not StaffInvitation.objects.exists()
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    ("email", "name"), [("anna", "Anna"), ("anna@example.org", ""), ("a@example.org", "A\nB")]
)
def test_an_address_or_a_name_that_is_none_is_refused(email: str, name: str):
    with pytest.raises(CommandError):
        begin(email, name)
    assert not Party.objects.exists()


def test_an_address_that_has_an_account_is_refused():
    User.objects.create_user("anna@example.org", "Anna Öhrn", Role.READER)
    with pytest.raises(CommandError, match="redan ett konto"):
        begin()
