"""A new address, in the register or of a guest: what is sent again, and what is closed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions.change_address import change_address as change_address_of_guest
from meetings.invitations.actions.resend_link import resend_links
from meetings.invitations.actions.withdraw import withdraw
from meetings.invitations.letters.lost_links import LINK_LETTERS
from meetings.models import Answer, Channel, Invitee
from meetings.replies.actions.answer import store_answer
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.invitations.change_link.links import (
    NEW,
    change_address,
    invite,
    invite_again,
    now,
    opened,
    placed,
)
from tests.world import accept

pytestmark = pytest.mark.django_db
IN_HAND = {"state": State.SENDING, "worker": "prov", "lease_until": factories.afternoon(1)}


# --- A new address in the register -----------------------------------------------------------------------------------


def test_a_new_address_holds_at_coming_meetings_with_a_new_link(asa: Invitee):
    later, old = (
        placed(asa.person, starts_at=factories.afternoon(60), ends_at=factories.afternoon(61)),
        token_for(asa.link),
    )
    page = change_address(asa)
    assert "Den nya adressen gäller också på 2 möten." in page
    assert f"Länken som gick till den gamla adressen är stängd. En ny skickas till {NEW}." in page
    assert {now(asa).email, now(later).email} == {NEW}
    assert (opened(old), opened(token_for(now(asa).link))) == (404, 200)
    assert Letter.objects.get(purpose__in=LINK_LETTERS).address == NEW
    store_answer(now(asa), Answer.YES, channel=Channel.LINK)
    assert Letter.objects.get(purpose="receipt").address == NEW


def test_a_letter_that_never_left_goes_to_the_right_address_as_it_is():
    guest = placed(factories.person(name="Åsa Öberg", email="asa@hanige.example"))
    letter, old = invite(guest), token_for(guest.link)
    Letter.objects.update(state=State.FAILED)
    page = change_address(guest)
    assert "1 brev som inte hade gått fram skickas dit." in page
    assert (now(letter).address, now(letter).state) == (NEW, State.RETRYING)
    assert (opened(old), Letter.objects.count()) == (200, 1)


@pytest.mark.parametrize(
    "left",
    [{"maybe_twice": True}, {"state": State.STOPPED}, {"state": State.BOUNCED}, IN_HAND],
)
def test_a_letter_that_may_have_left_closes_its_link(left):
    guest = placed(factories.person(name="Åsa Öberg", email="asa@hanige.example"))
    old = token_for(guest.link)
    invite(guest)
    Letter.objects.update(**left)
    change_address(guest)
    assert (opened(old), now(guest).email) == (404, NEW)
    assert set(Letter.objects.filter(address="asa@hanige.example").values_list("state", flat=True)) <= {
        State.STOPPED,
        State.BOUNCED,
    }


def test_an_address_that_is_on_the_list_already_is_said(asa: Invitee):
    factories.invitee(asa.invitation, email=NEW)
    page = change_address(asa)
    assert f"{asa.meeting.title}: den nya adressen stod redan på listan." in page
    assert now(asa).email == "asa@haninge.example"


def test_an_untouched_address_closes_nothing(asa: Invitee):
    old = token_for(asa.link)
    assert "Den nya adressen" not in change_address(asa, "ASA@haninge.example")
    assert opened(old) == 200


def test_meetings_long_past_keep_what_was(asa: Invitee):
    asa.link.expires_at = factories.afternoon(-1)
    asa.link.save()
    assert "Den nya adressen" not in change_address(asa)
    assert now(asa).email == "asa@haninge.example"


def test_an_address_that_no_letter_reaches_is_refused_in_the_form(asa: Invitee):
    assert "Det är inte en giltig e-postadress" in change_address(asa, f"asa@{'ö' * 60}.example")
    assert now(asa).email == "asa@haninge.example"


def test_control_when_nobody_listens_the_old_address_keeps_the_link(asa: Invitee, monkeypatch):
    monkeypatch.setattr("parties.signals.address_changed.receivers", [])
    old = token_for(asa.link)
    change_address(asa)
    assert (opened(old), now(asa).email) == (200, "asa@haninge.example")


@pytest.fixture
def nina(asa: Invitee) -> Invitee:
    """A guest whose invitation could not be delivered."""
    guest = factories.invitee(asa.invitation, name="Nina Ek", email="nina@forening.exmaple")
    invite(guest)
    Letter.objects.filter(meeting_letter__invitee=guest).update(state=State.FAILED)
    return guest


def correct_guest(guest: Invitee, email: str) -> str:
    client, _ = signed_in()
    url = reverse("staff:address_change", args=[guest.pk])
    return client.post(url, {"email": email}, follow=True).content.decode()


def letters_to(email: str):
    return Letter.objects.filter(address=email)


# --- The address of somebody outside the register --------------------------------------------------------------------


def test_a_guests_letter_that_failed_goes_to_the_right_address_as_it_is(nina: Invitee):
    old = token_for(nina.link)
    page = correct_guest(nina, "Nina@forening.example")
    assert "Adressen till Nina Ek är rättad. 1 brev som inte hade gått fram skickas dit." in page
    assert now(nina).email == "nina@forening.example"
    assert letters_to("nina@forening.example").get().state == State.RETRYING
    assert opened(old) == 200


def test_a_guests_letter_that_left_closes_its_link_and_brings_a_new_one(nina: Invitee):
    letter, old = letters_to(nina.email).get(), token_for(nina.link)
    Letter.objects.filter(pk=letter.pk).update(state=State.BOUNCED, raw=None)
    page = correct_guest(nina, "nina@forening.example")
    assert "En ny skickas till nina@forening.example." in page
    assert (opened(old), letters_to("nina@forening.example").get().purpose) == (404, "links_renewed")
    assert now(letter).told_otherwise == "Ny länk skickad till nina@forening.example"
    assert not Letter.objects.needs_a_person().exists()


def test_the_next_letters_to_a_guest_go_to_the_right_address(nina: Invitee):
    correct_guest(nina, "nina@forening.example")
    store_answer(now(nina), Answer.YES, channel=Channel.PHONE)
    assert Letter.objects.get(purpose="receipt").address == "nina@forening.example"


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("asa@haninge.example", "Den adressen är redan inbjuden till mötet."),
        ("NINA@forening.exmaple", "Det är samma adress som förut."),
        ("nina", "giltig e-postadress"),
    ],
)
def test_what_cannot_be_a_guests_address_is_said_at_the_field(nina: Invitee, email: str, said: str):
    page = correct_guest(nina, email)
    assert said in page
    assert f'value="{email}"' in page
    assert now(nina).email == "nina@forening.exmaple"
    assert Letter.objects.get(meeting_letter__invitee=nina).state == State.FAILED


def test_somebody_in_the_register_is_corrected_there(asa: Invitee):
    client, _ = signed_in()
    answered = client.get(reverse("staff:address_change", args=[asa.pk]))
    assert answered["Location"] == reverse("staff:person_change", args=[asa.person_id])


def test_a_guest_who_was_taken_off_the_list_has_no_address_to_correct(nina: Invitee):
    Invitee.objects.filter(pk=nina.pk).update(withdrawn_at=nina.meeting.starts_at)
    with pytest.raises(NotAllowed, match="inte längre inbjuden"):
        change_address_of_guest(nina, "nina@forening.example", by=factories.user())


def letter_page(letter: Letter) -> str:
    client, _ = signed_in()
    return client.get(reverse("staff:letter", args=[letter.pk])).content.decode()


# --- Where a letter's page leads -------------------------------------------------------------------------------------


def test_a_letters_page_corrects_the_address_for_all_letters_at_once(asa: Invitee, nina: Invitee):
    hers, ninas = invite_again(asa), letters_to(nina.email).get()
    assert reverse("staff:person_change", args=[asa.person_id]) in letter_page(hers)
    assert reverse("staff:address_change", args=[nina.pk]) in letter_page(ninas)
    for letter in (hers, ninas):
        assert reverse("staff:letter_correct", args=[letter.pk]) not in letter_page(letter)


def test_what_was_corrected_from_the_letter_and_then_in_the_register_makes_one_letter():
    guest = placed(factories.person(name="Åsa Öberg", email="asa@hanige.example"))
    letter = invite(guest)
    Letter.objects.update(state=State.FAILED)
    assert reverse("staff:person_change", args=[guest.person_id]) in letter_page(letter)
    change_address(guest)
    accept(now(letter))
    change_address(now(guest))
    assert Letter.objects.count() == 1


def test_a_lost_link_letter_leads_to_whoever_has_the_address(asa: Invitee):
    resend_links(asa.email)
    assert reverse("staff:person_change", args=[asa.person_id]) in letter_page(
        Letter.objects.get(purpose__in=LINK_LETTERS)
    )


def test_a_letter_to_an_address_that_nobody_has_any_more_is_corrected_by_itself(nina: Invitee):
    letter = letters_to(nina.email).get()
    Invitee.objects.filter(pk=nina.pk).update(email="annan@forening.example")
    assert reverse("staff:letter_correct", args=[letter.pk]) in letter_page(letter)


def test_a_letter_that_came_back_leads_to_the_successor_and_to_the_right_address(asa: Invitee):
    Letter.objects.update(state=State.BOUNCED)
    page = letter_page(Letter.objects.get())
    assert reverse("staff:person_detail", args=[asa.person_id]) in page
    assert reverse("staff:person_change", args=[asa.person_id]) in page
    assert "Har någon annan tagit över?" in page


def test_a_person_off_the_list_leaves_no_failed_letter_behind(nina: Invitee):
    withdraw(nina, by=factories.user())
    assert not Letter.objects.needs_a_person().exists()
