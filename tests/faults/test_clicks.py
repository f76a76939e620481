"""Twenty presses on Send at once, and meetings that are cancelled or moved while their letters leave."""

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client

from dialog_portal.base.swedish import weekday
from dialog_portal.outbox.models import Letter, Pulse, State, may_have_begun
from meetings.invitations.actions import rerender, resend_link
from meetings.mailings.actions import send
from meetings.mailings.letters.compose import preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS, Mailing, with_known_time, with_outdated_time
from meetings.models import Answer, Channel, Meeting, MeetingLetter, Purpose
from meetings.planning.actions import meetings
from meetings.replies.actions import answer, substitutes
from tests import factories
from tests.faults.harness import Fleet, Sink, judge, message_id
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
    return preview_fingerprint([draft for _, draft in send.drafts_for(INVITATION, meeting)])


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

    with ThreadPoolExecutor(times) as people_at_once:
        assert set(people_at_once.map(one, range(times))) == {302}


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
    monkeypatch.setattr(send, "preview_fingerprint", lambda _drafts: "")
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
    meetings.cancel_meeting(meeting, reason="Lokalen är inte tillgänglig.", by=factories.user())


def move(meeting: Meeting) -> None:
    day = timedelta(days=1)
    change_meeting(meeting, starts_at=meeting.starts_at + day, ends_at=meeting.ends_at + day)


def busy(meeting: Meeting) -> None:
    """Guests answer, hand over and ask for their links, each of which writes letters that go before all others."""
    by, people = factories.user(), list(meeting.invitees.order_by("pk")[:9])
    for number, person in enumerate(people[:3]):
        answer.store_answer(person, Answer.YES, channel=Channel.PHONE, by=by)
        name, email = f"Ersättare {number}", f"ersattare{number}.{person.pk}@kommun.example"
        substitutes.hand_over(people[3 + number], name=name, email=email, channel=Channel.PHONE, by=by)
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
    everybody = with_known_time(listed) if meeting.cancelled else listed
    return set(everybody.values_list("pk", flat=True)) - reached


class Stale(NamedTuple):
    """What became of the letters with old news, as numbers; all but the last should be 0."""

    letters: int  # received, though the change called them unsent, or called stopped at the end
    uncounted: int  # people who received one and are not counted as having been told something old
    left_out: int  # people whom nothing tells what holds
    stopped: int  # letters that the change came in time for


def heard(meeting: Meeting) -> set[int]:
    """Those whom the portal counts as having been told something old, or has written to with what holds."""
    people = meeting.invitees.active()
    if meeting.cancelled:
        return set(with_known_time(people).values_list("pk", flat=True))
    current = meeting.letters.filter(version=meeting.letter_version).exclude(letter__state=State.STOPPED)
    outdated = with_outdated_time(people)
    return {*outdated.values_list("pk", flat=True), *current.values_list("invitee", flat=True)}


def stale_letters(rng: random.Random, change, number: int = 60, before: float = 0.05, **options) -> Stale:
    """Change a meeting while its letters leave, and see what became of those with the old day.

    By the database's order and no clock: what had begun before the change was committed, the change has seen.
    """
    earlier = set(Letter.objects.values_list("message_id", flat=True))
    meeting = invited(number)
    day = weekday(meeting.starts_at)
    with Sink(rng, delay=0.02, before=before) as sink, Fleet(sink.url, **options) as fleet:
        send.send_previewed_letters(INVITATION, meeting, previewed=previewed(meeting), by=factories.user())
        fleet.start(WORKERS)
        wait_until(lambda: bool(sink.letters), "the first letter")
        if "control" in options:
            wait_until(Pulse.objects.filter(name="look").exists, "a worker that has looked")
        time.sleep(rng.uniform(0, 0.4))
        busy(meeting)
        change(loaded(meeting))
        known = set(Letter.objects.filter(may_have_begun("pk")).values_list("message_id", flat=True))
        counted = heard(loaded(meeting))
        fleet.until_idle(120)
        report = fleet.ask("report")
    old = [message_id(got) for got in sink.letters if old_news(got, day)]
    tied = MeetingLetter.objects.filter(letter__message_id__in=old, invitee__isnull=False)
    report["letters"] = {key: row for key, row in report["letters"].items() if key not in earlier}
    found = judge(report, sink)
    assert found.lost == 0
    uncounted = set(tied.values_list("invitee", flat=True)) - counted
    return Stale(
        letters=len(set(old) - known) + found.stale,
        uncounted=len(uncounted),
        left_out=len(unreached(loaded(meeting))),
        stopped=Letter.objects.filter(campaign=meeting.campaign, state=State.STOPPED).count(),
    )


def test_cancelled_or_moved_in_mid_sending_nothing_old_leaves_afterwards(rng, size, figure, vendor):
    rounds = size(1, 10)
    for name, change in (("cancelled", cancel), ("moved", move)):
        every = [stale_letters(rng, change) for _ in range(rounds)]
        stale = Stale(*map(sum, zip(*every, strict=True)))
        where = f"meeting {name} in mid-sending {rounds} times, {vendor}"
        figure(f"{where}, old letters that left and were called unsent", stale.letters)
        figure(f"{where}, people who got one and are not counted", stale.uncounted)
        figure(f"{where}, people left out", stale.left_out)
        figure(f"{where}, letters stopped in time", stale.stopped)
        assert (stale[:3], stale.stopped > 0) == ((0, 0, 0), True)


@pytest.mark.once
@pytest.mark.long
def test_control_without_stopping_old_letters_leave(rng, figure, vendor, monkeypatch):
    monkeypatch.setattr(rerender, "stop", lambda *_, **__: None)
    stale = stale_letters(rng, move, before=0.2)
    figure(f"control, nothing is stopped, {vendor}, old letters that left after the commit", stale.letters)
    assert stale.letters > 0


@pytest.mark.once
def test_control_with_a_mere_look_people_get_old_news_and_are_not_counted(rng, figure, vendor, monkeypatch):
    monkeypatch.setitem(
        stale_letters.__globals__, "busy", lambda _meeting: None
    )  # whose letters tell people anyhow
    stale = stale_letters(rng, move, 20, control="only_look")
    figure(f"control, only a look, {vendor}, old letters that left and were called unsent", stale.letters)
    figure(f"control, only a look, {vendor}, people who got one and are not counted", stale.uncounted)
    assert (stale.letters > 0, stale.uncounted > 0) == (True, True)


@pytest.mark.long
@pytest.mark.once
def test_control_without_rerendering_substitutes_are_left_out(rng, figure, vendor, monkeypatch):
    monkeypatch.setattr(rerender, "rerender", lambda _rows: set())
    # So many letters to so slow a server that both workers have more than they can do when the meeting moves
    stale = stale_letters(rng, move, 170, before=1.0)
    figure(f"control, nothing is rendered again, {vendor}, people left out", stale.left_out)
    assert stale.left_out > 0
