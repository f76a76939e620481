"""A meeting, an officer, and Nina who is invited."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from meetings.models import MeetingState
from tests import factories
from tests.meetings.acting import signed_in


@pytest.fixture
def meeting() -> Any:
    return factories.meeting(title="Dialogmöte i söder", state=MeetingState.INVITED, officer=factories.user())


@pytest.fixture
def invitation(meeting: Any) -> Any:
    party = factories.party(name="Nynäshamn", full_name="Nynäshamns kommun", mail_domains="nynashamn.example")
    return factories.invitation(meeting, party, seats=2)


@pytest.fixture
def nina(invitation: Any) -> Any:
    return factories.invitee(invitation, name="Nina Lund", email="nina.lund@nynashamn.example")


@pytest.fixture
def officer() -> Client:
    return signed_in()[0]
