"""Twenty presses on Send at once, and meetings that are cancelled or moved while their letters leave."""

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from dialog_portal.outbox.models import Letter
from meetings.actions import inviting, meetings
from meetings.letters.compose import fingerprint
from meetings.letters.purposes import MAILINGS, Mailing
from meetings.models import Meeting, Purpose
from tests import make
from tests.faults.harness import Fleet, Sink, judge
from tests.services import wait_until

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
INVITATION = MAILINGS[Purpose.INVITATION]
WORKERS = 2  # each may have begun with one text at the commit, which then arrives after it


@pytest.fixture
def rng(seed) -> random.Random:
    return random.Random(seed)


def loaded(meeting) -> Meeting:
    return Meeting.objects.with_names().with_letters().get(pk=meeting.pk)


def invited(number: int) -> Meeting:
    meeting = make.meeting(title="Dialogmöte med kommunerna")
    for _ in range(number):
        make.invitee(make.invitation(meeting))
    return loaded(meeting)


def previewed(meeting: Meeting) -> str:
    return fingerprint([draft for _, draft in inviting.drafts_for(INVITATION, meeting)])


def press(meeting: Meeting, times: int) -> None:
    """Two officers press Send, many times at once."""
    people = [make.user(), make.user()]
    seen = previewed(meeting)

    def one(number: int) -> int:
        client = Client()
        client.force_login(people[number % 2], backend="django.contrib.auth.backends.ModelBackend")
        try:
            path = f"/arbete/moten/{meeting.pk}/brev/{Purpose.INVITATION}/skicka/"
            return client.post(path, {"previewed": seen}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as hands:
        assert set(hands.map(one, range(times))) == {302}


def test_twenty_presses_on_send_make_one_letter_each(size, figure, vendor):
    rounds, extra = size(1, 10), 0
    for _ in range(rounds):
        meeting = invited(26)
        press(meeting, 20)
        extra += Letter.objects.filter(campaign=meeting.campaign).count() - 26
    figure(f"20 presses on Send at once, {vendor}, extra letters in {rounds} rounds", extra)
    assert extra == 0


@pytest.mark.once
def test_control_without_key_and_lock_presses_make_letters_of_their_own(figure, vendor, monkeypatch):
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    from django.db.models import QuerySet

    monkeypatch.setattr(Mailing, "key", lambda *_: uuid.uuid4().hex)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    monkeypatch.setitem(press.__globals__, "previewed", lambda _meeting: "")
    monkeypatch.setattr(inviting, "fingerprint", lambda _drafts: "")
    extra = 0
    for _ in range(10):  # twenty presses do not always meet
        meeting = invited(6)
        press(meeting, 20)
        extra += Letter.objects.filter(campaign=meeting.campaign).count() - 6
        if extra:
            break
    figure("control, no key and no lock, extra letters", extra)
    assert extra > 0


def cancel(meeting: Meeting) -> None:
    meetings.cancel(meeting, reason="Lokalen är inte tillgänglig.", by=make.user())


def move(meeting: Meeting) -> None:
    before = meetings.appointment(meeting)
    meeting.starts_at += timedelta(days=1)
    meeting.ends_at += timedelta(days=1)
    meeting.save()
    meetings.changed(meeting, before=before, by=make.user())


def stale_letters(rng: random.Random, change, number: int = 60) -> int:
    """Letters that left after the change was committed, or are called stopped and were received."""
    earlier = set(Letter.objects.values_list("message_id", flat=True))
    meeting = invited(number)
    with Sink(rng, delay=0.02) as sink, Fleet(sink.url) as fleet:
        inviting.send(INVITATION, meeting, previewed=previewed(meeting), by=make.user())
        fleet.start(WORKERS)
        wait_until(lambda: bool(sink.letters), "the first letter")
        time.sleep(rng.uniform(0, 0.4))
        change(loaded(meeting))
        committed = time.time()
        time.sleep(1.2)
        report = fleet.ask("report")
        report["letters"] = {key: row for key, row in report["letters"].items() if key not in earlier}
        found = judge(report, sink)
        late = sum(got.at > committed for got in sink.letters)
    assert found.lost == 0
    return max(0, late - WORKERS) + found.stale


def test_cancelled_or_moved_in_mid_sending_nothing_old_leaves_afterwards(rng, size, figure, vendor):
    rounds = size(1, 10)
    for name, change in (("cancelled", cancel), ("moved", move)):
        stale = sum(stale_letters(rng, change) for _ in range(rounds))
        figure(
            f"meeting {name} in mid-sending {rounds} times, {vendor}, stale letters after the commit", stale
        )
        assert stale == 0


@pytest.mark.once
def test_control_without_stopping_old_letters_leave(rng, figure, vendor, monkeypatch):
    monkeypatch.setattr(meetings, "stop_waiting", lambda *_, **__: None)
    stale = stale_letters(rng, move, 150)
    figure(f"control, nothing is stopped, {vendor}, stale letters after the commit", stale)
    assert stale > 0
