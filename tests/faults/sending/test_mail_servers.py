"""Mail servers that are silent, away or refuse everything: letters wait and are not lost."""

import time

import pytest

from tests.faults.harness import Fleet, Hole, Sink, judge
from tests.services import free_port, wait_until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
]
PATIENCE = {"MAIL_TIMEOUT": 0.5, "MAIL_DEADLINE": 1}


def held_by_a_silent_server(letters, held, seconds, **settings):
    """The rows, so long after a worker has been held as long, by a server that drips bytes and never answers."""
    with Hole() as hole, Fleet(hole.url, fast=True, settings=PATIENCE | settings) as fleet:
        fleet.ask("post", letters)
        fleet.start(2)
        wait_until(lambda: fleet.ask("report")["held"] > held, "a worker that is held")
        time.sleep(seconds)
        return fleet.ask("report")


@pytest.mark.once
def test_silent_server_holds_nobody_and_loses_nothing(rng, size, figure, vendor):
    letters = size(30, 300)
    during = held_by_a_silent_server(letters, 0.9, size(2, 20))
    with Sink(rng) as sink, Fleet(sink.url, fast=True) as fleet:
        fleet.start(2)
        seconds = fleet.until_quiet(120)
        found = judge(fleet.ask("report"), sink)
    figure(f"black hole, {vendor}, attempts charged to letters", during["tries"])
    figure(f"black hole, {vendor}, longest a worker was held in s, deadline 1", round(during["held"], 2))
    figure(f"black hole, {vendor}, letters drained in s after its return", round(seconds, 1))
    assert during["held"] < 2
    assert (during["tries"], found.lost, found.failed, found.accepted, found.extra) == (0, 0, 0, letters, 0)


@pytest.mark.once
@pytest.mark.long
def test_control_without_the_deadline_a_silent_server_holds_a_worker(figure, vendor):
    during = held_by_a_silent_server(5, 2, 0, MAIL_DEADLINE=60)
    figure(
        f"control, no deadline, {vendor}, a worker held in s until the test ended", round(during["held"], 1)
    )
    assert during["held"] > 2


def tries_at_a_closed_door(letters, seconds, **options):
    """How often a server that is away was asked."""
    with Fleet("smtp://127.0.0.1:1", fast=True, **options) as fleet:
        fleet.ask("post", letters)
        fleet.start(2)
        time.sleep(seconds)
        return fleet.ask("report")


@pytest.mark.long
@pytest.mark.once
def test_server_that_is_away_is_asked_seldom_and_its_control_again_and_again(size, figure, vendor):
    seconds = size(2, 10)
    most = 4 + seconds / 0.54  # two workers begin at once; then 0.3 s, then 0.6 s, a tenth less by chance
    report = tries_at_a_closed_door(20, seconds)
    careless = tries_at_a_closed_door(20, seconds, control="no_circuit")
    figure(f"server away for {seconds} s with a quick clock, {vendor}, times asked", report["attempts"])
    figure(f"control, no circuit, {vendor}, times asked", careless["attempts"] - report["attempts"])
    assert (report["attempts"] <= most, report["tries"]) == (True, 0)
    assert careless["attempts"] - report["attempts"] > most


def wrong_password(rng, letters, over, **options):
    """A server that will not let us in, until `over` says so of the report."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    sink = Sink(rng)
    no = lambda *_: AuthResult(success=False, handled=False, message="535 5.7.8 Wrong password")  # noqa: E731
    port = free_port()
    sink.controller = Controller(
        sink, hostname="127.0.0.1", port=port, authenticator=no, auth_require_tls=False
    )
    with sink, Fleet(f"smtp://portal:wrong@127.0.0.1:{port}", fast=True, **options) as fleet:
        return refused(fleet, letters, over)


def blocked(rng, letters, over, **options):
    """A server that in mid-campaign refuses everything from us."""
    sink = Sink(rng)

    def answer(step, _envelope):
        return "550 5.7.1 Blocked" if step == "RCPT" and len(sink.letters) >= letters // 2 else "250 OK"

    sink.answer = answer
    with sink, Fleet(sink.url, fast=True, **options) as fleet:
        report = refused(fleet, letters, over)
    return report, judge(report, sink)


def refused(fleet, letters, over):
    fleet.ask("post", letters)
    fleet.start(2)
    wait_until(lambda: over(fleet.ask("report")), "the server's refusals")
    time.sleep(1)  # whatever is not paused goes on
    return fleet.ask("report")


def paused(report) -> bool:
    return bool(report["paused"])


def past_three(report) -> bool:
    return bool(report["policy"] > 3)


@pytest.mark.once
def test_wrong_password_pauses_after_three_tries(rng, size, figure, vendor):
    letters = size(30, 300)
    report = wrong_password(rng, letters, paused)
    figure(f"wrong password, {vendor}, attempts before the pause", report["policy"])
    assert (report["waiting"], report["policy"] <= 3) == (letters, True)
    assert report["trouble"].startswith("535")


@pytest.mark.long
@pytest.mark.once
def test_control_without_the_pause_a_wrong_password_is_tried_again_and_again(rng, figure, vendor):
    report = wrong_password(rng, 10, past_three, control="no_pause")
    figure(f"control, no pause, wrong password, {vendor}, attempts", report["policy"])
    assert (report["policy"] > 3, report["paused"]) == (True, False)


@pytest.mark.once
def test_policy_block_in_mid_campaign_marks_no_address(rng, size, figure, vendor):
    letters = size(60, 600)
    report, found = blocked(rng, letters, paused)
    figure(f"policy block, {vendor}, addresses marked bad", found.failed)
    figure(f"policy block, {vendor}, refusals before the pause", report["policy"])
    assert (found.failed, found.lost, found.difference) == (0, 0, 0)
    assert report["policy"] <= 3
    assert report["waiting"] >= letters // 2 - 2


@pytest.mark.long
@pytest.mark.once
def test_control_without_the_pause_a_block_is_tried_again_and_again(rng, figure, vendor):
    report, _ = blocked(rng, 10, past_three, control="no_pause")
    figure(f"control, no pause, policy block, {vendor}, refusals", report["policy"])
    assert (report["policy"] > 3, report["paused"]) == (True, False)
