"""Åsa, who is in the register, and Nina, who is not."""

from __future__ import annotations

import pytest

from meetings.models import Invitee
from tests import factories
from tests.meetings.invitations.change_link.links import invite, placed
from tests.world import accept


@pytest.fixture
def asa() -> Invitee:
    """Somebody in the register who is invited to a coming meeting, and whose letter has left."""
    person = factories.person(name="Åsa Öberg", email="asa@haninge.example")
    guest = placed(person)
    accept(invite(guest))
    return guest
