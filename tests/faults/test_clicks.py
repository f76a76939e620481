"""Twenty presses on Send at once, and meetings that are cancelled or moved while their letters leave."""

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.db import connection
from django.test import Client

from dialog_portal.base.swedish import weekday
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions import rerender, resend_link
from meetings.mailings.actions import send
from meetings.mailings.letters.compose import fingerprint
from meetings.mailings.letters.recipients import MAILINGS, Mailing, who_know_when
from meetings.models import Answer, Channel, Meeting, Purpose
from meetings.planning.actions import meetings
from meetings.replies.actions import answer
from tests import factories
from tests.faults.harness import Fleet, Sink, judge
from tests.meetings.acting import change_meeting
from tests.services import Received, wait_until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.real_clock,
    pytest.mark.django_db(transaction=True),
]
INVITATION = MAILINGS[Purpose.INVITATION]
WORKERS = 2


@pytest.fixture
def rng(seed) -> random.Random:
    return random.Random(seed)


def loaded(meeting) -> Meeting:
    return Meeting.objects.with_names().with_letters().get(pk=meeting.pk)


def invited(number: int) -> Meeting:
    meeting = factories.meeting(title="Dialogmöte med kommunerna")
    for _ in range(number):
        factories.invitee(factories.invitation(meeting))
    return loaded(meeting)


def previewed(meeting: Meeting) -> str:
    return fingerprint([draft for _, draft in send.drafts_for(INVITATION, meeting)])


def press(meeting: Meeting, times: int) -> None:
    """Two officers press Send, many times at once."""
    people = [factories.user(), factories.user()]
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
    monkeypatch.setattr(send, "fingerprint", lambda _drafts: "")
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
    meetings.cancel(meeting, reason="Lokalen är inte tillgänglig.", by=factories.user())


def move(meeting: Meeting) -> None:
    day = timedelta(days=1)
    change_meeting(meeting, starts_at=meeting.starts_at + day, ends_at=meeting.ends_at + day)


def busy(meeting: Meeting) -> None:
    """Guests answer, hand over and ask for their links, each of which writes letters that go before all others."""
    by, people = factories.user(), list(meeting.invitees.order_by("pk")[:9])
    for number, person in enumerate(people[:3]):
        answer.store_answer(person, Answer.YES, channel=Channel.PHONE, by=by)
        name, email = f"Ersättare {number}", f"ersattare{number}.{person.pk}@kommun.example"
        answer.hand_over(people[3 + number], name=name, email=email, channel=Channel.PHONE, by=by)
        resend_link.resend_links(people[6 + number].email)


def old_news(got: Received, day: str) -> bool:
    body = BytesParser(policy=policy.default).parsebytes(got.raw).get_body(("plain",))
    return body is not None and day in body.get_content()


def unreached(meeting: Meeting) -> set[int]:
    """Those whom no letter has told when the meeting is, and none that waits or that staff can send will."""
    kinds = (Purpose.CANCELLATION,) if meeting.cancelled else (Purpose.UPDATE, Purpose.INVITATION)
    sent = meeting.letters.filter(version=meeting.letter_version)
    reached = set(sent.exclude(letter__state=State.STOPPED).values_list("invitee", flat=True))
    for kind in kinds:
        reached |= {invitee.pk for invitee, _ in send.drafts_for(MAILINGS[kind], meeting)}
    listed = meeting.invitees.active()
    everybody = who_know_when(listed) if meeting.cancelled else listed
    return set(everybody.values_list("pk", flat=True)) - reached


def stale_letters(rng: random.Random, change, number: int = 60, before: float = 0) -> tuple[int, int]:
    """Letters with old news that left after the commit, or are called stopped and were received; people left out."""
    earlier = set(Letter.objects.values_list("message_id", flat=True))
    meeting = invited(number)
    day = weekday(meeting.starts_at)
    with Sink(rng, delay=0.02, before=before) as sink, Fleet(sink.url) as fleet:
        send.send(INVITATION, meeting, previewed=previewed(meeting), by=factories.user())
        fleet.start(WORKERS)
        wait_until(lambda: bool(sink.letters), "the first letter")
        time.sleep(rng.uniform(0, 0.4))
        busy(meeting)
        change(loaded(meeting))
        committed = time.time()
        time.sleep(1.2)
        report = fleet.ask("report")
        report["letters"] = {key: row for key, row in report["letters"].items() if key not in earlier}
        found = judge(report, sink)
        letters = zip(sink.letters, sink.begun, strict=True)
        late = sum(begun > committed and old_news(got, day) for got, begun in letters)
    assert found.lost == 0
    return late + found.stale, len(unreached(loaded(meeting)))


def test_cancelled_or_moved_in_mid_sending_nothing_old_leaves_afterwards(rng, size, figure, vendor):
    rounds = size(1, 10)
    for name, change in (("cancelled", cancel), ("moved", move)):
        stale, left_out = map(sum, zip(*(stale_letters(rng, change) for _ in range(rounds)), strict=True))
        figure(
            f"meeting {name} in mid-sending {rounds} times, {vendor}, stale letters after the commit", stale
        )
        figure(f"meeting {name} in mid-sending {rounds} times, {vendor}, people left out", left_out)
        assert (stale, left_out) == (0, 0)


@pytest.mark.once
def test_control_without_stopping_old_letters_leave(rng, figure, vendor, monkeypatch):
    monkeypatch.setattr(rerender, "stop", lambda *_, **__: None)
    stale, _ = stale_letters(rng, move, 150)
    figure(f"control, nothing is stopped, {vendor}, stale letters after the commit", stale)
    assert stale > 0


@pytest.mark.long
@pytest.mark.once
def test_control_without_writing_anew_substitutes_are_left_out(rng, figure, vendor, monkeypatch):
    monkeypatch.setattr(rerender, "rerender", lambda _rows: set())
    # So many letters to so slow a server that both workers have their hands full when the meeting moves
    _, left_out = stale_letters(rng, move, 170, before=1.0)
    figure(f"control, nothing is written anew, {vendor}, people left out", left_out)
    assert left_out > 0
