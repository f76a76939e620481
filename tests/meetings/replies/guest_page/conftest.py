"""The chief whose page it is."""

import pytest

from tests import factories


@pytest.fixture
def chief():
    party = factories.party(name="Nynäshamn", full_name="Nynäshamns kommun", mail_domains="nynashamn.example")
    meeting = factories.meeting(
        title="Dialogmöte i söder", officer=factories.user(name="Olle Ek"), serves_meal=True
    )
    factories.item(meeting, title="Välkomna", minutes=30)
    factories.item(meeting, title="Hemlig punkt", minutes=15, internal=True)
    factories.item(meeting, title="Barns kultur", minutes=30)
    return factories.invitee(
        factories.invitation(meeting, party), name="Nina Lund", email="nina.lund@nynashamn.example"
    )
