"""What only people can read is read by staff before anybody is told that nothing has come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from meetings import tasks
from meetings.mailings.actions import due_reminders
from meetings.models import Answer, CalendarReply, Channel, LetterToRead, PlannedMailing, Purpose, Reply
from meetings.replies.actions import mail_to_read
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.needs import erase_old_needs
from meetings.replies.actions.substitutes import hand_over
from tests import factories
from tests.meetings.acting import signed_in
from tests.outbox.inbox.visiting import kinds
from tests.outbox.inbox.world import Inbox, lines, stamp
from tests.outbox.letters import later
from tests.pages import without_breaks

ALIAS = "oberg01@haninge.example"
WINMAIL = """From: Åsa Öberg <{sender}>
To: dialog@region.example
Subject: Accepterat: Dialogmöte
Message-ID: <tnef-{sender}>
MIME-Version: 1.0
Content-Type: application/ms-tnef; name="winmail.dat"
Content-Transfer-Encoding: base64

eJ8+IklQTS5TY2hlZHVsZS5NZWV0aW5nLlJlc3AuUG9z
"""


@pytest.fixture
def read(world: Inbox, imap) -> Callable[..., None]:
    """Deliver letters and read the mailbox."""

    def deliver(*letters: bytes) -> None:
        for raw in letters:
            imap.deliver(raw)
        tasks.read_mailbox()

    return deliver


def winmail(sender: str) -> bytes:
    return lines(WINMAIL.format(sender=sender))


def from_alias(world: Inbox, name: str = "Öberg, Åsa (Kultur)", partstat: str = "ACCEPTED") -> bytes:
    attendee = f"ATTENDEE;PARTSTAT={partstat}:mailto:{ALIAS}"
    return world.reply(partstat, sender=f'"{name}" <{ALIAS}>', attendee=attendee)


def reminded(world: Inbox) -> bool:
    """Whether a reminder that says that nothing has come would be written when the invitation is some days old."""
    with later(days=4):
        return world.invitee in world.reached(Purpose.REMINDER)


# --- Another address of the same person ------------------------------------------------------------------------------


def test_an_answer_from_an_alias_with_the_persons_name_counts(world: Inbox, read):
    read(from_alias(world))
    assert [(row.outcome, row.address) for row in CalendarReply.objects.all()] == [("counted", "")]
    assert (Reply.objects.get().channel, reminded(world)) == (Channel.CALENDAR, False)


@pytest.mark.parametrize(
    ("name", "known"),
    [("Bo Ek", ""), ("Åsa", ""), ("Åsa Öberg", "invited"), ("Åsa Öberg", "in the register")],
)
def test_somebody_else_with_the_event_is_for_staff_to_decide(world: Inbox, read, name: str, known: str):
    if known == "invited":
        factories.invitee(world.invitation, email=ALIAS)
    if known == "in the register":
        factories.person(email=ALIAS)
    read(from_alias(world, name))
    [row] = CalendarReply.objects.needs_a_person(timezone.now())
    assert (row.outcome, row.address, Reply.objects.count(), reminded(world)) == ("alias", ALIAS, 0, False)


def test_control_without_looking_at_the_name_a_colleague_answers_for_the_chief(
    world: Inbox, read, monkeypatch
):
    monkeypatch.setattr("meetings.replies.sender.has_name", lambda *_: True)
    read(from_alias(world, "Bo Ek"))
    assert Reply.objects.get().answer == Answer.YES


def test_staff_count_an_answer_from_another_address_with_one_press(world: Inbox, read):
    read(from_alias(world, "Bo Ek"))
    client, officer = signed_in()
    page = without_breaks(client.get(f"/arbete/inbjudna/{world.invitee.pk}/svar/").content)
    assert (ALIAS in page, "Räkna som svar från Åsa Öberg" in page) == (True, True)
    address = reverse("staff:calendar_reply_count", args=[CalendarReply.objects.get().pk])
    for _ in range(2):
        client.post(address)
    row = Reply.objects.get()
    assert (row.answer, row.channel, row.by, CalendarReply.objects.get().reply) == (
        "ja",
        "email",
        officer,
        row,
    )


def test_what_must_be_asked_about_cannot_be_counted(world: Inbox, read):
    read(from_alias(world, "Bo Ek"), from_alias(world, "Bo Ek", "TENTATIVE"))
    yes, perhaps = CalendarReply.objects.order_by("pk")
    by = factories.user()
    with pytest.raises(NotAllowed, match="varken ja eller nej"):
        mail_to_read.count_calendar_reply(perhaps, by=by)
    hand_over(world.invitee, name="Eva Ek", email="eva@haninge.example", channel=Channel.LINK)
    with pytest.raises(NotAllowed, match="Platsen är lämnad"):
        mail_to_read.count_calendar_reply(yes, by=by)
    world.store(sequence=world.meeting.sequence + 1)
    with pytest.raises(NotAllowed, match="tidigare tid"):
        mail_to_read.count_calendar_reply(yes, by=by)


def test_a_colleague_who_answers_what_is_known_is_no_news(world: Inbox, read):
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    read(from_alias(world, "Bo Ek"))
    assert CalendarReply.objects.get().outcome == "settled"
    assert not CalendarReply.objects.needs_a_person(timezone.now()).exists()


def test_a_colleague_hides_and_overtakes_nothing_of_the_persons_own(world: Inbox, read):
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    perhaps = world.reply("TENTATIVE", stamp=stamp(-timedelta(seconds=1)))
    read(perhaps, from_alias(world, "Bo Ek"), from_alias(world, "Bo Ek", "DECLINED"))
    asked = CalendarReply.objects.needs_a_person(timezone.now())
    assert [row.outcome for row in asked] == ["tentative", "alias"]


def test_an_answer_of_ones_own_that_is_read_after_a_colleagues_later_one_counts(world: Inbox, read):
    read(from_alias(world, "Bo Ek"), world.reply("DECLINED", stamp=stamp(timedelta(minutes=5))))
    assert [row.outcome for row in CalendarReply.objects.all()] == ["alias", "counted"]


# --- Letters ---------------------------------------------------------------------------------------------------------


def answering(world: Inbox) -> bytes:
    """A secretary answers the invitation from an address that nobody knows."""
    raw = world.plain(f"In-Reply-To: {world.letter.message_id}\n", "Hon kommer.")
    return raw.replace(world.invitee.email.encode(), b"sekr@annan.example")


def too_long(world: Inbox) -> bytes:
    return world.plain("X-Junk: " + "x" * 17_000 + "\n")


LETTERS: dict[str, Callable[[Inbox], bytes]] = {
    "winmail.dat": lambda world: winmail(world.invitee.email),
    "plain": lambda world: world.plain("", "Jag kommer gärna."),
    "answer from elsewhere": answering,
    "alias": lambda world: (
        world.plain("").replace(b"From: ", b"From: Asa Oberg <").replace(b"\r\nTo", b">\r\nTo", 1)
    ),
    "unreadable": too_long,
    "a calendar without our event": lambda world: world.reply(uid="nagot@annat.example"),
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_from_somebody_who_is_waited_for_is_left_unread_and_told_before_a_reminder(
    world: Inbox, imap, read, name: str
):
    assert reminded(world)
    read(LETTERS[name](world))
    assert [(one.uid, one.flags) for one in imap.inbox] == [(1, set())]
    assert kinds() in (["people"], ["unreadable"])
    assert not reminded(world)
    client, _ = signed_in()
    page = without_breaks(client.get("/arbete/").content)
    assert "1 inbjuden person har skrivit till brevlådan." in page
    listed = without_breaks(client.get(f"/arbete/moten/{world.pk}/inbjudna/?visa=skrivit").content)
    assert ("har skrivit</span>" in listed, "Läs och notera" in listed) == (True, True)


def test_control_without_looking_at_what_has_come_the_reminder_is_written(world: Inbox, read, monkeypatch):
    monkeypatch.setattr("meetings.mailings.letters.recipients.has_mail_to_read", lambda _now: Q(pk=None))
    read(winmail(world.invitee.email))
    assert reminded(world)


def test_when_staff_have_read_it_without_finding_an_answer_the_person_is_reminded_again(world: Inbox, read):
    read(world.plain("", "Vad blir det för mat?"))
    client, officer = signed_in()
    page = client.get(f"/arbete/inbjudna/{world.invitee.pk}/svar/").content.decode()
    assert "Det ligger oläst i dialog@region.example" in without_breaks(page)
    first = LetterToRead.objects.get()
    read(world.plain("", "Jag kommer!"))
    client.post(reverse("staff:mail_read", args=[world.invitee.pk]), {"brev": [first.pk]})
    assert not reminded(world)
    client.post(
        reverse("staff:mail_read", args=[world.invitee.pk]),
        {"brev": [row.pk for row in LetterToRead.objects.all()]},
    )
    assert (reminded(world), set(LetterToRead.objects.values_list("read_by", flat=True))) == (
        True,
        {officer.pk},
    )


def test_an_answer_that_is_noted_settles_the_letter(world: Inbox, read):
    read(winmail(world.invitee.email))
    store_answer(world.invitee, Answer.YES, channel=Channel.EMAIL, by=factories.user())
    assert not LetterToRead.objects.unread(timezone.now()).exists()


@pytest.mark.parametrize("head", ["Auto-Submitted: auto-replied\n", "Subject: Frånvaro: semester\n"])
def test_a_machine_is_no_answer_that_somebody_waits_for(world: Inbox, read, head: str):
    read(world.plain(head))
    assert (LetterToRead.objects.count(), reminded(world)) == (0, True)


def test_of_those_who_have_answered_only_calendars_that_cannot_be_read_are_told(world: Inbox, read):
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    read(world.plain("", "Tack!"), world.plain(""), winmail(world.invitee.email))
    assert [row.kind for row in LetterToRead.objects.all()] == ["calendar"]


def test_nobodys_letter_is_nobodys(world: Inbox, read):
    read(world.plain("").replace(world.invitee.email.encode(), b"nagon@annan.example"), b"hej", b"")
    assert LetterToRead.objects.count() == 0


def test_whose_letters_came_is_forgotten_after_the_meeting(world: Inbox, read):
    read(world.plain(""), from_alias(world, "Bo Ek"))
    erase_old_needs(world.meeting.ends_at + timedelta(days=15))
    assert (LetterToRead.objects.count(), CalendarReply.objects.get().address) == (0, "")


# --- Reminders by themselves -----------------------------------------------------------------------------------------


@pytest.fixture
def plan(world: Inbox) -> PlannedMailing:
    """A reminder whose time came a minute ago, to somebody who was invited weeks ago."""
    now = timezone.now()
    world.store(reply_by=now + timedelta(days=2))
    type(world.letter).objects.update(created=now - timedelta(days=20))
    return PlannedMailing.objects.create(
        meeting=world.meeting, purpose=Purpose.REMINDER, due_at=now - timedelta(minutes=1)
    )


def test_a_reminder_waits_until_the_mailbox_has_been_read(world: Inbox, plan, imap):
    imap.drop_at = "SELECT"
    tasks.read_mailbox()
    assert due_reminders.send_due_reminders() == 0
    page = without_breaks(signed_in()[0].get(f"/arbete/moten/{world.pk}/inbjudna/").content)
    assert "skickas automatiskt när svaren i brevlådan är lästa" in page
    imap.drop_at = ""
    tasks.read_mailbox()
    assert due_reminders.send_due_reminders() == 1


def test_control_without_waiting_it_leaves_while_the_answer_lies_unread(
    world: Inbox, plan, imap, monkeypatch
):
    monkeypatch.setattr(due_reminders, "is_mailbox_read_since", lambda _moment: True)
    imap.drop_at = "SELECT"
    imap.deliver(world.plain("", "Jag kommer."))
    tasks.read_mailbox()
    assert due_reminders.send_due_reminders() == 1


def test_more_letters_than_one_visit_takes_are_not_all_read(world: Inbox, plan, imap, monkeypatch):
    monkeypatch.setattr("dialog_portal.outbox.inbox.read_mailbox.MAX_LETTERS_A_VISIT", 1)
    for body in ("Hej", "Jag kommer."):
        imap.deliver(world.plain("", body).replace(world.invitee.email.encode(), b"a@annan.example"))
    tasks.read_mailbox()
    assert due_reminders.send_due_reminders() == 0
    tasks.read_mailbox()
    assert due_reminders.send_due_reminders() == 1


def test_without_a_mailbox_of_ours_nothing_is_waited_for(world: Inbox, plan, settings):
    settings.MAILBOX = {}
    assert due_reminders.send_due_reminders() == 1
