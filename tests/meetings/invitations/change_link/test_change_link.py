"""A link that is changed: the old one is gone, and the new one reaches its person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.base.audit import Event
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions import change_link as relinking
from meetings.invitations.actions.change_link import change_link
from meetings.invitations.letters.lost_links import LINK_LETTERS
from meetings.mailings.actions.post import post_letter
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Invitee, Purpose
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

pytestmark = pytest.mark.django_db


def press(guest: Invitee, role: str = Role.OFFICER, **values: str):
    client, _ = signed_in(role)
    return client.post(reverse("staff:link_change", args=[guest.pk]), values, follow=True)


def test_the_old_link_is_gone_like_any_other_and_the_new_one_is_in_a_letter(asa: Invitee):
    old = token_for(asa.link)
    page = press(asa, tell="on").content.decode()
    assert f"Den gamla länken är stängd. En ny skickas till {asa.email}." in page
    new = token_for(now(asa).link)
    assert (opened(old), opened(new)) == (404, 200)
    assert Client().get(f"/svar/{old}/").content == Client().get(f"/svar/{'A' * 42}/").content
    letter = Letter.objects.get(purpose__in=LINK_LETTERS)
    found = read_content(letter)
    assert found is not None
    assert (letter.address, f"/svar/{new}/" in found.text, f"/svar/{new}/" in found.html) == (
        asa.email,
        True,
        True,
    )
    assert "Vi har bytt din personliga länk" in found.text
    assert "bad om" not in found.text
    assert Event.objects.filter(what="inbjudan: bytte länk").count() == 1


def test_without_sending_the_next_letter_has_the_new_link(asa: Invitee):
    page = press(asa).content.decode()
    assert "Den gamla länken är stängd. Åsa Öberg får en ny i nästa brev. Vill du skicka den nu" in page
    assert Letter.objects.filter(purpose__in=LINK_LETTERS).count() == 0
    store_answer(now(asa), Answer.YES, channel=Channel.PHONE)
    found = read_content(Letter.objects.get(purpose="receipt"))
    assert found is not None
    assert token_for(now(asa).link) in found.text


def test_twice_within_the_hour_brings_the_newest_link(asa: Invitee):
    press(asa, tell="on")
    press(asa, tell="on")
    first, second = Letter.objects.filter(purpose__in=LINK_LETTERS).order_by("pk")
    found = read_content(second)
    assert found is not None
    assert token_for(now(asa).link) in found.text
    assert first.state == State.STOPPED


def test_a_waiting_letter_with_the_old_link_never_leaves_and_others_do(asa: Invitee):
    other = factories.invitee(asa.invitation)
    waiting, theirs = invite_again(asa), invite(other)
    change_link(asa, tell=False, by=factories.user())
    assert (now(waiting).state, now(theirs).state) == (State.STOPPED, State.QUEUED)
    client, _ = signed_in()
    client.post(reverse("staff:letter_stop", args=[waiting.pk]), {"undo": "1"})
    assert now(waiting).state == State.STOPPED
    assert opened(token_for(other.link)) == 200


def cancellation(guest: Invitee) -> Letter:
    draft = compose(MAILINGS[Purpose.CANCELLATION], guest.meeting, guest)
    post_letter(guest, Purpose.CANCELLATION, draft, by=None)
    return Letter.objects.get(purpose="cancellation")


def test_the_word_that_a_meeting_is_off_still_leaves(asa: Invitee):
    letter = cancellation(asa)
    change_link(asa, tell=False, by=factories.user())
    assert now(letter).state == State.QUEUED


def test_the_word_that_a_meeting_is_off_goes_to_the_new_address(asa: Invitee):
    letter = cancellation(asa)
    change_address(asa)
    assert (now(letter).state, now(letter).address) == (State.QUEUED, NEW)


@pytest.mark.parametrize("tell", [True, False])
@pytest.mark.parametrize("state", [State.QUEUED, State.RETRYING, State.FAILED])
def test_a_letter_that_waited_is_written_again_with_the_new_link(asa: Invitee, state: str, tell: bool):
    old, key = invite_again(asa), token_for(asa.link)
    Letter.objects.filter(pk=old.pk).update(state=state)
    assert change_link(asa, tell=tell, by=factories.user())
    new = Letter.objects.get(state=State.QUEUED)
    found = read_content(new)
    assert found is not None
    assert (new.purpose, new.subject, new.address) == (old.purpose, old.subject, old.address)
    assert (token_for(now(asa).link) in found.text, key in found.text) == (True, False)
    assert not Letter.objects.needs_a_person().exists()


def test_a_failed_letter_that_nobody_waits_for_needs_nobody_when_the_new_link_is_sent(asa: Invitee):
    failed = invite_again(asa)
    Letter.objects.filter(pk=failed.pk).update(state=State.BOUNCED)
    assert change_link(asa, tell=True, by=factories.user())
    assert now(failed).told_otherwise == f"Ny länk skickad till {asa.email}"
    assert not Letter.objects.needs_a_person().exists()


def test_control_when_every_letter_seems_clean_the_old_link_leaves(asa: Invitee, monkeypatch):
    monkeypatch.setattr(relinking, "holds_link", lambda *_: False)
    waiting = invite_again(asa)
    change_link(asa, tell=False, by=factories.user())
    assert now(waiting).state == State.QUEUED


def test_who_never_heard_of_the_meeting_is_not_written_to():
    guest = placed(factories.person())
    assert change_link(guest, tell=True, by=factories.user()) is False
    assert Letter.objects.count() == 0


def test_a_person_taken_off_the_list_has_no_link_to_change(asa: Invitee):
    Invitee.objects.update(withdrawn_at=asa.meeting.starts_at)
    assert press(asa).status_code == 404


@pytest.mark.parametrize("role", [Role.READER, Role.ADMINISTRATOR])
def test_others_do_not_change_links(asa: Invitee, role: str):
    old = token_for(asa.link)
    assert press(asa, role, tell="on").status_code == 403
    assert opened(old) == 200


def test_the_page_asks_first_and_changes_nothing(asa: Invitee):
    client, _ = signed_in()
    old, url = token_for(asa.link), reverse("staff:link_change", args=[asa.pk])
    assert url in client.get(reverse("staff:invitations", args=[asa.meeting_id])).content.decode()
    page = client.get(url).content.decode()
    assert f"Skicka den nya länken till {asa.email} nu" in page
    assert "checked" in page
    assert opened(old) == 200
