"""Each test has an invitation that a server has taken, and an IMAP server that the portal reads."""

import pytest

from tests.outbox.conftest import quiet
from tests.outbox.inbox.server import ImapServer

__all__ = ["quiet"]


@pytest.fixture
def imap(settings):
    with ImapServer() as server:
        settings.MAILBOX = server.settings
        settings.MAIL_FROM = settings.MAIL_REPLY_TO = "dialog@region.example"
        yield server


@pytest.fixture
def world(db, imap):
    from tests.outbox.inbox.world import Inbox  # its models need Django, which starts later than this file

    return Inbox()
