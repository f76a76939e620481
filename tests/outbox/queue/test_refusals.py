"""A server that takes nothing from us blames no address, and one that takes other letters is believed."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dialog_portal.outbox import health
from dialog_portal.outbox.models import Attempt, Host, Letter, Outcome, State
from dialog_portal.outbox.queue import circuit_breaker, refusals
from dialog_portal.outbox.queue.hold import resume
from dialog_portal.outbox.queue.refusals import Blame
from dialog_portal.outbox.smtp import transport
from tests import factories
from tests.outbox.letters import end, letter, take, through

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_limit")]
NOBODY = "550 5.1.1 Recipient unknown"
MAY_NOT_SEND = (
    "554 5.2.252 SendAsDenied; dialog@region.example not allowed to send as studs+x@region.example",
    "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def answering(mailbox, answer: str, step: str = "RCPT", *, to: tuple[str, ...] = ()) -> None:
    """Let the server answer so at one step; to everybody, or to some."""

    def say(at: str, envelope) -> str:
        asked = envelope.asked if at == "RCPT" else "".join(envelope.rcpt_tos)
        return answer if at == step and (not to or asked in to) else "250 OK"

    mailbox.answer = say


def try_again_each_minute(mailbox, settings, times: int) -> None:
    """Run as the clock does: what waits for its next try gets it."""
    for _ in range(times):
        through(mailbox, settings)
        Letter.objects.filter(state=State.RETRYING).update(due_at=timezone.now())


def is_paused() -> bool:
    return Host.objects.get().paused_at is not None


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize("answer", MAY_NOT_SEND)
def test_three_letters_that_we_may_not_send_wait_and_no_address_is_blamed(mailbox, settings, answer, step):
    for _ in range(3):
        letter()
    answering(mailbox, answer, step)
    try_again_each_minute(mailbox, settings, 4)
    assert (is_paused(), set(states())) == (True, {State.RETRYING})
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {Outcome.POLICY}
    (banner,) = health._server(timezone.now())
    assert answer in banner


@pytest.mark.parametrize("taken", [0, 2])
def test_the_same_answer_about_several_receivers_in_a_row_is_about_us(mailbox, settings, taken):
    rows = [letter() for _ in range(taken + 5)]
    answering(mailbox, NOBODY, to=tuple(row.address for row in rows[taken:]))
    try_again_each_minute(mailbox, settings, 3)
    assert states() == [State.ACCEPTED] * taken + [State.RETRYING] * 3 + [State.QUEUED] * 2
    assert "samma svar om flera mottagare i rad" in health._server(timezone.now())[0]
    assert Attempt.objects.filter(outcome=Outcome.REFUSED).count() == 3


def test_control_when_every_refusal_is_believed_the_whole_mailing_fails(mailbox, settings, monkeypatch):
    monkeypatch.setattr(circuit_breaker, "whom_to_blame", lambda *_: Blame.RECEIVER)
    for _ in range(5):
        letter()
    answering(mailbox, NOBODY)
    try_again_each_minute(mailbox, settings, 5)
    assert (is_paused(), set(states())) == (False, {State.FAILED})


def test_different_answers_in_a_row_are_about_the_receivers(mailbox, settings):
    rows = [letter() for _ in range(3)]
    said = dict(zip([row.address for row in rows], (NOBODY, "550 5.2.1 Closed", "551 Moved"), strict=True))
    mailbox.answer = lambda step, envelope: said[envelope.asked] if step == "RCPT" else "250 OK"
    try_again_each_minute(mailbox, settings, 9)
    assert (is_paused(), set(states())) == (False, {State.FAILED})


def test_a_letter_that_nobody_else_shares_its_answer_with_fails_after_three_tries(mailbox, settings):
    letter()
    answering(mailbox, NOBODY)
    try_again_each_minute(mailbox, settings, 2)
    assert states() == [State.RETRYING]
    try_again_each_minute(mailbox, settings, 1)
    assert (is_paused(), states()) == (False, [State.FAILED])
    assert Attempt.objects.latest("pk").outcome == Outcome.ADDRESS


def test_two_bad_addresses_at_the_end_of_a_mailing_stop_nobody_elses_letters(mailbox, settings):
    rows = [letter() for _ in range(4)]
    answering(mailbox, NOBODY, to=(rows[2].address, rows[3].address))
    try_again_each_minute(mailbox, settings, 7)
    assert (is_paused(), states()) == (False, [State.ACCEPTED] * 2 + [State.FAILED] * 2)


def test_a_mailing_of_two_is_not_failed_by_its_first_answers(mailbox, settings):
    letter()
    letter()
    answering(mailbox, NOBODY)
    try_again_each_minute(mailbox, settings, 7)
    assert (is_paused(), states()) == (True, [State.RETRYING] * 2)


def test_after_the_pause_the_truly_bad_addresses_are_told_from_the_others(mailbox, settings):
    rows = [letter() for _ in range(5)]
    bad = tuple(row.address for row in rows[:3])
    answering(mailbox, NOBODY, to=bad)
    try_again_each_minute(mailbox, settings, 3)
    assert is_paused()
    Letter.objects.filter(address__in=bad).update(due_at=timezone.now() + timedelta(minutes=1))
    resume(by=factories.user())
    try_again_each_minute(mailbox, settings, 2)
    assert (is_paused(), states()) == (False, [State.FAILED] * 3 + [State.ACCEPTED] * 2)


def test_after_the_pause_a_server_that_is_mended_takes_all(mailbox, settings):
    for _ in range(4):
        letter()
    answering(mailbox, NOBODY)
    try_again_each_minute(mailbox, settings, 3)
    mailbox.answer = lambda *_: "250 OK"
    resume(by=factories.user())
    through(mailbox, settings)
    assert set(states()) == {State.ACCEPTED}


def test_refusals_of_another_day_are_another_matter():
    now = timezone.now()
    for days in (4, 2, 0):
        with time_machine.travel(now - timedelta(days=days), tick=False):
            row = letter()
            end(take()[0], Outcome.ADDRESS, "550")
            Letter.objects.filter(pk=row.pk).update(due_at=now + timedelta(days=9))
    assert (is_paused(), set(states())) == (False, {State.RETRYING})
    assert refusals.doubted_letters().count() == 3


def test_a_temporary_refusal_of_us_is_tried_again_by_itself_and_costs_no_letter_a_try(mailbox, settings):
    letter()
    answering(mailbox, "450 4.7.1 Client host rejected: cannot find your reverse hostname")
    through(mailbox, settings)
    assert (states(), Letter.objects.get().attempts_made, is_paused()) == ([State.RETRYING], 0, False)
    (banner,) = health._server(timezone.now())
    assert "cannot find your reverse hostname" in banner
    assert "svarar inte" not in banner


def test_a_server_that_refuses_our_greeting_pauses_with_its_words(mailbox, settings, monkeypatch):
    def refused(self) -> None:
        raise transport.smtplib.SMTPHeloError(550, b"5.7.1 Access denied for your host")

    monkeypatch.setattr(transport.SmtpConnection, "ehlo_or_helo_if_needed", refused)
    letter()
    try_again_each_minute(mailbox, settings, 4)
    assert (is_paused(), states()) == (True, [State.RETRYING])
    assert Host.objects.get().trouble == "550 5.7.1 Access denied for your host"
