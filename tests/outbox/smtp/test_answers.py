"""What servers' answers mean, written out a second time."""

import pytest
from django.utils import timezone

from dialog_portal.outbox.models import Attempt, Outcome
from dialog_portal.outbox.pages import history
from dialog_portal.outbox.smtp.answers import classify

CASES = [
    ("connect", 421, "4.3.2 shutting down", Outcome.HOST),
    ("connect", 554, "no service", Outcome.POLICY),
    ("connect", 550, "5.7.1 Access denied for your host", Outcome.POLICY),
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
    ("rcpt", 550, "5.1.10 null MX", Outcome.ADDRESS),
    ("rcpt", 551, "user not local", Outcome.ADDRESS),
    ("rcpt", 550, "5.0.0 no such person", Outcome.ADDRESS),
    ("rcpt", 550, "5.4.1 Recipient address rejected: Access denied", Outcome.ADDRESS),
    ("rcpt", 550, "5.1.8 bad sender domain", Outcome.POLICY),
    ("rcpt", 552, "5.2.2 mailbox full", Outcome.SOFT),
    ("text", 552, "5.2.2 mailbox full", Outcome.SOFT),
    ("rcpt", 554, "5.2.2 mailbox full", Outcome.SOFT),
    ("rcpt", 552, "mailbox full", Outcome.SOFT),
    ("text", 552, "message too big", Outcome.POLICY),
    ("rcpt", 550, "5.2.1 mailbox disabled", Outcome.MAILBOX),
    ("rcpt", 552, "5.2.3 message too long for it", Outcome.MAILBOX),
    ("text", 552, "5.2.3 message too long for it", Outcome.MAILBOX),
    ("text", 554, "5.2.0 mailbox will not take it", Outcome.MAILBOX),
    ("rcpt", 550, "5.3.4 too big for us", Outcome.POLICY),
    ("rcpt", 503, "5.5.1 bad sequence", Outcome.POLICY),
    ("rcpt", 550, "5.7.1 relaying denied", Outcome.POLICY),
    ("rcpt", 554, "rejected", Outcome.POLICY),
    ("data", 451, "4.3.0 later", Outcome.SOFT),
    ("data", 554, "5.5.1 no valid recipients", Outcome.POLICY),
    ("text", 451, "4.3.0 later", Outcome.SOFT),
    ("text", 550, "5.7.1 spam", Outcome.POLICY),
    ("rcpt", 554, "5.2.252 SendAsDenied; a@region.example not allowed to send as b", Outcome.POLICY),
    ("text", 554, "5.2.252 denied", Outcome.POLICY),
    ("rcpt", 554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", Outcome.POLICY),
    ("text", 554, "5.2.0 STOREDRV.Deliver; mailbox is closed", Outcome.MAILBOX),
    ("rcpt", 550, "relay not permitted", Outcome.POLICY),
    ("rcpt", 550, "5.1.1 Sender verify failed", Outcome.POLICY),
    ("rcpt", 550, "5.1.1 User unknown in relay recipient table", Outcome.ADDRESS),
    ("text", 554, "5.3.0 Your IP is on a blocklist", Outcome.POLICY),
    ("rcpt", 450, "4.7.1 Client host rejected: cannot find your hostname", Outcome.HOST),
    ("text", 451, "4.7.0 Authentication required", Outcome.HOST),
    ("text", 550, "5.1.1 no such user", Outcome.ADDRESS),
    ("text", 552, "5.3.4 too big", Outcome.POLICY),
    ("text", "", "TimeoutError", Outcome.UNKNOWN),
    ("text", -1, "garbage", Outcome.UNKNOWN),
    ("data", "", "SMTPServerDisconnected", Outcome.HOST),
    ("rcpt", "", "TimeoutError", Outcome.HOST),
]


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        (552, "5.2.2 quota", "Mottagarens brevlåda är full. Portalen försöker igen, så länge det finns tid."),
        (452, "4.2.2 quota", "Mottagarens brevlåda är full. Portalen försöker igen, så länge det finns tid."),
        (550, "5.2.1 disabled", "Mottagarens brevlåda är stängd. Meddela på annat sätt."),
        (552, "5.2.3 long", "Brevet är för stort för mottagarens brevlåda. Meddela på annat sätt."),
        (554, "5.2.0 other", "Adressen finns, men brevlådan tar inte emot brevet. Meddela på annat sätt."),
        (451, "4.7.1 greylisted", "Mottagarens server bad oss försöka igen senare."),
        (550, "5.1.1 nobody", "Mottagarens server säger att adressen inte finns."),
    ],
)
def test_a_mailbox_that_takes_nothing_is_not_called_an_address_that_does_not_exist(code, text, words):
    result = classify("rcpt", code, text)
    attempt = Attempt(outcome=result.outcome, code=result.code, text=result.text, claimed=timezone.now())
    assert history.attempt_line(attempt).what == words


@pytest.mark.parametrize(("stage", "code", "text", "outcome"), CASES)
def test_answer_means(stage, code, text, outcome):
    assert classify(stage, code, text).outcome == outcome
