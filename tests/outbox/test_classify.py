"""What servers' answers mean, written out a second time."""

import pytest

from dialog_portal.outbox.classify import classify
from dialog_portal.outbox.models import Outcome

CASES = [
    ("connect", 421, "4.3.2 shutting down", Outcome.HOST),
    ("connect", 554, "no service", Outcome.HOST),
    ("connect", "", "ConnectionRefusedError", Outcome.HOST),
    ("login", 535, "5.7.8 bad credentials", Outcome.POLICY),
    ("login", 454, "4.7.0 try later", Outcome.HOST),
    ("mail", 451, "4.3.0 local error", Outcome.HOST),
    ("mail", 452, "4.3.1 full", Outcome.HOST),
    ("mail", 530, "5.7.57 not authenticated", Outcome.POLICY),
    ("mail", 550, "5.7.60 may not send as", Outcome.POLICY),
    ("rcpt", 421, "4.7.0 too many", Outcome.HOST),
    ("rcpt", 432, "4.3.2 concurrent connections exceeded", Outcome.HOST),
    ("rcpt", 450, "4.2.0 greylisted", Outcome.SOFT),
    ("rcpt", 451, "4.7.1 greylisted", Outcome.SOFT),
    ("rcpt", 452, "4.2.2 mailbox full", Outcome.SOFT),
    ("rcpt", 550, "5.1.1 no such user", Outcome.ADDRESS),
    ("rcpt", 550, "User unknown", Outcome.ADDRESS),
    ("rcpt", 552, "5.2.2 mailbox full", Outcome.ADDRESS),
    ("rcpt", 550, "5.7.1 relaying denied", Outcome.POLICY),
    ("rcpt", 554, "rejected", Outcome.POLICY),
    ("data", 451, "4.3.0 later", Outcome.SOFT),
    ("data", 554, "5.5.1 no valid recipients", Outcome.POLICY),
    ("text", 451, "4.3.0 later", Outcome.SOFT),
    ("text", 550, "5.7.1 spam", Outcome.POLICY),
    ("text", 550, "5.1.1 no such user", Outcome.ADDRESS),
    ("text", 552, "5.3.4 too big", Outcome.POLICY),
    ("text", "", "TimeoutError", Outcome.UNKNOWN),
    ("text", -1, "garbage", Outcome.UNKNOWN),
    ("data", "", "SMTPServerDisconnected", Outcome.HOST),
    ("rcpt", "", "TimeoutError", Outcome.HOST),
]


@pytest.mark.parametrize(("stage", "code", "text", "outcome"), CASES)
def test_answer_means(stage, code, text, outcome):
    assert classify(stage, code, text).outcome == outcome
