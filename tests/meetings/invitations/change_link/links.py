"""What the tests of changed links and addresses do and read."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from dialog_portal.outbox.models import Letter
from meetings.mailings.actions.post import post_letter
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Invitee, MeetingState, Purpose
from tests import factories
from tests.meetings.acting import signed_in

NEW = "asa.ny@haninge.example"


def placed(person, **values) -> Invitee:
    """One more meeting that the person is on the list of."""
    party = factories.party(mail_domains="haninge.example")
    invitation = factories.invitation(factories.meeting(state=MeetingState.INVITED, **values), party)
    return factories.invitee(invitation, person=person, name=person.name, email=person.email)


def invite(guest: Invitee) -> Letter:
    post_letter(
        guest, Purpose.INVITATION, compose(MAILINGS[Purpose.INVITATION], guest.meeting, guest), by=None
    )
    return Letter.objects.latest("pk")


def opened(text: str) -> int:
    return Client().get(f"/svar/{text}/").status_code


def now(row):
    return type(row).objects.get(pk=row.pk)


def change_address(guest: Invitee, email: str = NEW) -> str:
    """What staff are told when they have corrected the address in the register."""
    client, _ = signed_in()
    person = guest.person
    assert person is not None
    given = {"name": person.name, "email": email, "phone": "", "seen_version": person.version}
    answered = client.post(reverse("staff:person_change", args=[person.pk]), given, follow=True)
    return answered.content.decode()


def invite_again(guest: Invitee) -> Letter:
    draft = compose(MAILINGS[Purpose.REMINDER], guest.meeting, guest)
    post_letter(guest, Purpose.REMINDER, draft, by=None)
    return Letter.objects.latest("pk")
