"""A party with two seats at a meeting, and its chief who is invited."""

import pytest

from tests import factories


@pytest.fixture
def party():
    return factories.party(name="Nynäshamn", full_name="Nynäshamns kommun", mail_domains="nynashamn.example")


@pytest.fixture
def invitation(party):
    return factories.invitation(factories.meeting(officer=factories.user(name="Olle Ek")), party, seats=2)


@pytest.fixture
def chief(invitation):
    return factories.invitee(invitation, name="Nina Lund", email="nina.lund@nynashamn.example")
