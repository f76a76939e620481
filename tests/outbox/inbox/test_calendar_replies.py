"""Calendars are asked in the letter, and their answers enter the ledger when they are the person's own."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar

from dialog_portal.links.actions import renew_link
from dialog_portal.outbox import mime
from dialog_portal.outbox.inbox.incoming_letter import Mail, part_bytes
from dialog_portal.outbox.models import Letter
from meetings import tasks
from meetings.invitations.actions.change_link import change_link
from meetings.mailings.calendar_file import calendar_for, event_uid
from meetings.models import Answer, CalendarReply, Channel, Invitee, MeetingState, Reply
from meetings.replies import itip
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over
from parties.models import Party
from tests import factories
from tests.meetings.acting import signed_in
from tests.outbox.inbox.world import Inbox, stamp
from tests.outbox.letters import bytes_of, text_of
from tests.world import accept


def entry(row: Letter):
    """The calendar entry in a letter: the method in the letter's head, the calendar's own, and the event."""
    [part] = [
        one for one in mime.parse_message(bytes_of(row)).walk() if one.get_content_type() == "text/calendar"
    ][:1]
    calendar = Calendar.from_ical(part_bytes(part))
    [event] = calendar.walk("VEVENT")
    return part.get_param("method"), str(calendar["METHOD"]), event


def heard(world: Inbox, imap, *letters: bytes) -> list[str]:
    """What became of some answers, in the order that they came."""
    for raw in letters:
        imap.deliver(raw)
    tasks.read_mailbox()
    return [str(outcome) for outcome in CalendarReply.objects.values_list("outcome", flat=True)]


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_an_invitation_asks_its_reader_and_nobody_else(world: Inbox):
    found = calendar_for(world.meeting, world.invitee, by_letter=True)
    [event] = Calendar.from_ical(found).walk("VEVENT")
    assert b"METHOD:REQUEST" in found
    assert event["ORGANIZER"] == "mailto:dialog@region.example"
    assert event["ATTENDEE"] == "mailto:asa.oberg@haninge.example"
    params = event["ATTENDEE"].params
    assert (params["RSVP"], params["PARTSTAT"], params["CN"]) == ("TRUE", "NEEDS-ACTION", "Åsa Öberg")


def test_a_receipt_repeats_the_yes_and_asks_nothing(world: Inbox):
    store_answer(world.invitee, Answer.YES, channel=Channel.LINK)
    head, method, event = entry(Letter.objects.get(purpose="receipt"))
    params = event["ATTENDEE"].params
    assert (head, method, params["PARTSTAT"], params["RSVP"]) == ("REQUEST", "REQUEST", "ACCEPTED", "FALSE")


def test_a_substitute_is_asked_and_when_taken_back_their_entry_is_cancelled(world: Inbox):
    deputy = hand_over(world.invitee, name="Bo Ek", email="bo@haninge.example", channel=Channel.LINK)
    asked = Letter.objects.get(address=deputy.email)
    assert entry(asked)[:2] == ("REQUEST", "REQUEST")
    accept(asked)
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    head, method, event = entry(Letter.objects.filter(address=deputy.email).latest("pk"))
    assert (head, method, event["ATTENDEE"]) == ("CANCEL", "CANCEL", "mailto:bo@haninge.example")


def test_what_a_guest_fetches_for_the_calendar_asks_nothing(world: Inbox):
    assert b"METHOD:PUBLISH" in calendar_for(world.meeting, world.invitee)


def test_without_a_mailbox_nobody_is_asked(world: Inbox, settings):
    settings.MAILBOX = {}
    found = calendar_for(world.meeting, world.invitee, by_letter=True)
    assert (b"METHOD:PUBLISH" in found, b"ATTENDEE" in found) == (True, False)


@pytest.mark.parametrize("bad", ['"', "\r\nATTENDEE:x", ';CN="', "\n ", "\u2028", ":", "\x0b", '",X="'])
def test_a_name_cannot_write_properties_of_its_own(world: Inbox, bad: str):
    def shape() -> list[str]:
        data = calendar_for(world.meeting, world.invitee, by_letter=True).decode().replace("\r\n ", "")
        return [line.partition(":")[0].partition(";")[0] for line in data.splitlines()]

    before = shape()
    world.invitee.name = f"Åsa{bad}X-HACKED:1"
    assert shape() == before
    [event] = Calendar.from_ical(calendar_for(world.meeting, world.invitee, by_letter=True)).walk("VEVENT")
    assert event["ATTENDEE"] == "mailto:asa.oberg@haninge.example"


# --- Answering -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("partstat", "expected"), [("ACCEPTED", Answer.YES), ("DECLINED", Answer.NO)])
def test_an_answer_enters_the_ledger_once_and_is_receipted(
    world: Inbox, imap, partstat: str, expected: Answer
):
    letters = [world.reply(partstat, stamp=stamp(timedelta(minutes=minutes))) for minutes in (2, 1)]
    assert heard(world, imap, *letters) == ["counted"] * 2
    row = Reply.objects.get()
    assert (row.answer, row.channel, row.confirmed) == (expected, Channel.CALENDAR, True)
    assert Letter.objects.filter(purpose="receipt").count() == 1


def test_an_answer_about_an_earlier_time_asks_again_once(world: Inbox, imap):
    assert heard(world, imap, *(world.reply(sequence=f"SEQUENCE:{n}") for n in (0, 1))) == ["stale", "stale"]
    asked = Letter.objects.get(purpose="update")
    assert Reply.objects.count() == 0
    assert entry(asked)[2]["SEQUENCE"] == world.meeting.sequence
    assert "Svara gärna en gång till" in text_of(asked)


def test_an_answer_about_a_time_that_holds_again_counts(world: Inbox, imap):
    world.move(1)
    world.move(-1)
    assert heard(world, imap, world.reply(sequence="SEQUENCE:3"), world.reply(sequence="SEQUENCE:2")) == [
        "stale", "counted",
    ]  # fmt: skip


def test_an_answer_that_comes_after_a_later_one_is_not_counted(world: Inbox, imap):
    later, earlier = world.reply("DECLINED"), world.reply("ACCEPTED", stamp=stamp(timedelta(hours=1)))
    assert heard(world, imap, later, earlier) == ["counted", "overtaken"]
    assert Reply.objects.get().answer == Answer.NO


def test_a_clock_that_is_ahead_cannot_silence_what_follows(world: Inbox, imap):
    ahead = world.reply("DECLINED", stamp=stamp(timedelta(days=-900)))
    assert heard(world, imap, ahead, world.reply("ACCEPTED")) == ["counted", "counted"]


def said_an_hour_ago(world: Inbox, *, channel: Channel) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=1), tick=False):
        store_answer(world.invitee, Answer.NO, channel=channel)


@pytest.mark.parametrize("channel", [Channel.LINK, Channel.PHONE])
def test_an_answer_given_in_another_way_after_the_calendars_stands(world: Inbox, imap, channel: Channel):
    said_an_hour_ago(world, channel=channel)
    assert heard(world, imap, world.reply("ACCEPTED", stamp=stamp(timedelta(hours=2)))) == ["overtaken"]
    assert [row.answer for row in Reply.objects.all()] == [Answer.NO]
    why = CalendarReply.objects.get().why
    assert f"kom ett senare svar: kommer inte ({channel.label})." in why
    page = signed_in()[0].get(f"/arbete/inbjudna/{world.invitee.pk}/svar/").content.decode()
    assert why in page


def test_control_without_comparing_the_moments_the_old_answer_wins(world: Inbox, imap, monkeypatch):
    monkeypatch.setattr("meetings.replies.actions.calendar_replies.later_reply_sentence", lambda *_: "")
    said_an_hour_ago(world, channel=Channel.LINK)
    assert heard(world, imap, world.reply("ACCEPTED", stamp=stamp(timedelta(hours=2)))) == ["counted"]
    assert Reply.objects.latest("pk").answer == Answer.YES


@pytest.mark.parametrize(
    ("stamped", "dated", "outcome"),
    [
        (120, 30, "counted"),  # the invitation's own DTSTAMP, repeated
        (30, 120, "counted"),
        (30, None, "counted"),
        (120, 90, "overtaken"),
        (120, -60, "overtaken"),  # a Date that has not come yet says nothing
        (-60, 30, "counted"),
        (-60, 120, "overtaken"),
        (-60, -60, "counted"),
    ],
)
def test_the_later_of_the_calendars_and_the_letters_moment_counts(
    world: Inbox, imap, stamped: int, dated: int | None, outcome: str
):
    """Minutes ago; an answer by link was given an hour ago."""
    said_an_hour_ago(world, channel=Channel.LINK)
    sent = timezone.now() - timedelta(minutes=dated or 0)
    head = "" if dated is None else f"Date: {format_datetime(sent)}\n"
    raw = world.reply("ACCEPTED", stamp=stamp(timedelta(minutes=stamped)), head=head)
    assert heard(world, imap, raw) == [outcome]


def test_a_change_of_mind_in_the_calendar_counts_though_its_letters_are_read_late(world: Inbox, imap):
    """The ledger's time is when the mailbox was read; among a calendar's own answers only their moments tell."""
    first, second = (stamp(timedelta(minutes=minutes)) for minutes in (50, 40))
    assert heard(world, imap, world.reply("ACCEPTED", stamp=first)) == ["counted"]
    assert heard(world, imap, world.reply("DECLINED", stamp=second)) == ["counted", "counted"]


@pytest.mark.parametrize("date", ["", "i går", "Fri, 31 Dec 9999 23:59:59 -2300", "1 Jan 2019 99:00", "\0"])
def test_a_date_that_is_none_is_no_moment(date: str):
    assert Mail(f"Date: {date}\r\n\r\n".encode()).sent is None


def test_an_answer_whose_receipt_cannot_be_written_is_left_to_staff_and_stops_nobody(world: Inbox, imap):
    Invitee.objects.filter(pk=world.invitee.pk).update(email="åsa@haninge.example")
    world.invitee.refresh_from_db()
    imap.deliver(world.reply())
    imap.deliver(world.failed())
    tasks.read_mailbox()
    asked = CalendarReply.objects.needs_a_person(timezone.now()).get()
    assert (asked.outcome, Reply.objects.count(), world.fresh().state) == ("refused", 0, "bounced")
    assert "Mottagarens adress" in asked.why


def test_a_substitute_keeps_the_seat_whatever_the_calendar_says(world: Inbox, imap):
    deputy = hand_over(world.invitee, name="Bo Ek", email="bo@haninge.example", channel=Channel.LINK)
    assert heard(world, imap, world.reply("DECLINED"), world.reply("ACCEPTED")) == ["settled", "refused"]
    deputy.refresh_from_db()
    assert deputy.withdrawn_at is None


def test_an_answer_after_the_deadline_is_left_to_staff(world: Inbox, imap):
    world.store(reply_by=timezone.now() - timedelta(days=1))
    assert heard(world, imap, world.reply()) == ["refused"]
    assert (Reply.objects.count(), CalendarReply.objects.needs_a_person(timezone.now()).count()) == (0, 1)


def test_a_note_waits_for_a_person_until_an_answer_is_known(world: Inbox, imap):
    heard(world, imap, world.reply("TENTATIVE", more="COMMENT:Kanske"))
    client, _ = signed_in()
    assert "Läs kalendersvaret" in client.get("/arbete/").content.decode()
    page = client.get(f"/arbete/inbjudna/{world.invitee.pk}/svar/").content.decode()
    assert "Kanske" in page
    assert "Svaret är preliminärt" in page
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    assert "Läs kalendersvaret" not in client.get("/arbete/").content.decode()


def test_a_cancelled_meeting_asks_nothing_of_anybody(world: Inbox, imap):
    world.store(state=MeetingState.CANCELLED)
    assert heard(world, imap, world.reply()) == ["refused"]
    assert CalendarReply.objects.needs_a_person(timezone.now()).count() == 0


@pytest.mark.parametrize(
    "words",
    [
        "Hej\\nBcc: x@y.example",
        "\\n\\nEND:VEVENT\\nBEGIN:VEVENT",
        "Se https://ond.example/a och www.ond.example",
        "x" * 900,
        " ".join(f"www.{letter}.se" for letter in "abcdefghijklmnopqrstuvwxyz" * 3),
        "å" * 245 + " https://ond.example/" + "a" * 300,
    ],
)
def test_a_comment_is_one_line_without_links(world: Inbox, imap, words: str):
    """Counted in characters after everything is replaced: PostgreSQL takes no more than the column."""
    assert heard(world, imap, world.reply(more=f"COMMENT:{words}")) == ["counted"]
    note = CalendarReply.objects.get().comment
    assert (note == " ".join(note.split()), 0 < len(note) <= 250) == (True, True)
    assert "ond.example" not in note
    assert "www." not in note


def test_control_cutting_before_the_links_are_replaced_outgrows_the_column(monkeypatch):
    words = " ".join(["www.a.se"] * 40)
    monkeypatch.setattr(itip, "MAX_COMMENT_READ", itip.MAX_COMMENT)
    monkeypatch.setattr(itip, "MAX_COMMENT", 10_000)
    assert len(itip.event_comment(itip.CalendarEvent([itip.CalendarLine("COMMENT", words)]))) > 300


def test_what_grows_in_upper_case_still_fits(world: Inbox, imap):
    """ß is two letters in upper case."""
    assert heard(world, imap, world.reply("ß" * 20)) == ["tentative"]
    assert CalendarReply.objects.get().partstat == "S" * 20


def test_nothing_in_an_answer_becomes_a_name_or_a_page(world: Inbox, imap):
    bad = f'ATTENDEE;CN="<script>alert(1)</script>";PARTSTAT=TENTATIVE:mailto:{world.invitee.email}'
    heard(world, imap, world.reply(attendee=bad, more="COMMENT:<b onclick=x>Hej</b>"))
    client, _ = signed_in()
    page = client.get(f"/arbete/inbjudna/{world.invitee.pk}/svar/").content.decode()
    assert "&lt;b onclick=x&gt;Hej" in page
    assert "<b onclick" not in page
    world.invitee.refresh_from_db()
    assert world.invitee.name == "Åsa Öberg"


def test_a_domain_that_anybody_can_have_is_no_alignment(world: Inbox, imap):
    world.invitee.email = "asa@gmail.com"
    world.invitee.save()
    Party.objects.update(mail_domains="")
    assert heard(world, imap, world.reply(sender="nagon@gmail.com")) == ["alias"]


def test_control_without_the_sender_anybody_answers_for_anybody(world: Inbox, imap, monkeypatch):
    monkeypatch.setattr("meetings.replies.sender.share_domain", lambda *_: True)
    assert heard(world, imap, world.reply(sender="x@elsewhere.example")) == ["counted"]


def test_the_start_is_read_in_outlooks_own_zone(world: Inbox):
    from tests.outbox.inbox.shapes import windows_zone

    said = itip.find_answer(Mail(world.reply(**windows_zone(world))))
    assert said is not None
    assert said.start == world.meeting.starts_at


# --- Forged answers --------------------------------------------------------------------------------------------------


@pytest.fixture
def other(world: Inbox) -> Invitee:
    """Another guest of the same meeting, who knows the meeting's name and their own event."""
    return factories.invitee(world.invitee.invitation, name="Bo Ek", email="bo.ek@haninge.example")


def forgeries(world: Inbox, other: Invitee) -> dict[str, str]:
    """What another guest can write as the name of the event."""
    meeting, pk = world.meeting.uid, world.invitee.pk
    names = {
        "no secret": f"{meeting}.{pk}",
        "one's own secret": f"{meeting}.{pk}.{other.calendar_secret}",
        "zeros": f"{meeting}.{pk}.{'0' * 16}",
        "half a secret": f"{meeting}.{pk}.{world.invitee.calendar_secret[:8]}",
        "two secrets": f"{meeting}.{pk}.{other.calendar_secret}.{world.invitee.calendar_secret}",
        "another's number first": f"{meeting}.{other.pk}.{meeting}.{pk}",
    }
    return {why: f"{name}@dialogportalen" for why, name in names.items()}


def test_an_answer_without_the_persons_own_secret_is_never_counted(world: Inbox, other: Invitee, imap):
    forged = forgeries(world, other).values()
    assert "counted" not in heard(world, imap, *(world.reply("DECLINED", uid=name) for name in forged))
    assert Reply.objects.count() == 0
    assert Letter.objects.exclude(pk=world.letter.pk).count() == 0


def test_a_forged_answer_is_a_note_for_staff_that_hides_nothing(world: Inbox, other: Invitee, imap):
    forged = forgeries(world, other)["one's own secret"]
    assert heard(world, imap, world.reply("TENTATIVE"), world.reply("DECLINED", uid=forged)) == [
        "tentative",
        "stranger",
    ]
    asked = CalendarReply.objects.needs_a_person(timezone.now())
    assert {row.outcome for row in asked} == {"tentative", "stranger"}
    assert "kan vara skrivet av någon annan" in CalendarReply.objects.latest("pk").why


def test_after_a_change_of_link_staff_ask_whoever_has_the_event(world: Inbox, imap):
    """The letter that brought the link brought the event with it."""
    store_answer(world.invitee, Answer.YES, channel=Channel.PHONE)
    change_link(world.invitee, tell=False, by=factories.user())
    assert heard(world, imap, world.reply("DECLINED")) == ["refused"]
    assert [row.answer for row in Reply.objects.all()] == [Answer.YES]
    assert "länk har bytts" in CalendarReply.objects.needs_a_person(timezone.now()).get().why


def test_control_with_the_event_still_open_whoever_has_the_letter_answers(world: Inbox, imap):
    change_link(world.invitee, tell=False, by=factories.user())
    Invitee.objects.update(calendar_closed=False)
    assert heard(world, imap, world.reply("DECLINED")) == ["counted"]


def test_a_forged_answer_after_the_deadline_is_still_a_strangers(world: Inbox, other: Invitee, imap):
    world.store(reply_by=timezone.now() - timedelta(days=1))
    assert heard(world, imap, world.reply(uid=forgeries(world, other)["no secret"])) == ["stranger"]


def test_a_person_without_a_secret_is_answered_for_by_nobody(world: Inbox, imap):
    Invitee.objects.update(calendar_secret="")
    assert heard(world, imap, world.reply(uid=f"{world.meeting.uid}.{world.invitee.pk}@dialogportalen")) == [
        "stranger"
    ]


def test_control_without_the_secret_another_guest_answers(world: Inbox, other: Invitee, imap, monkeypatch):
    monkeypatch.setattr("meetings.replies.actions.calendar_replies.compare_digest", lambda *_: True)
    forged = forgeries(world, other)["one's own secret"]
    assert heard(world, imap, world.reply("DECLINED", uid=forged)) == ["counted"]


def test_the_event_keeps_its_name_when_meeting_link_and_keys_change(world: Inbox, imap, settings):
    before = event_uid(world.meeting, world.invitee)
    settings.LINK_KEYS = ["en helt ny nyckel som är lång nog att duga"]
    renew_link(world.invitee.link)
    world.store(sequence=world.meeting.sequence + 1)
    assert event_uid(world.meeting, Invitee.objects.get(pk=world.invitee.pk)) == before
    assert heard(world, imap, world.reply(uid=before.upper())) == ["counted"]


def test_each_person_has_a_secret_of_their_own(world: Inbox, other: Invitee):
    assert world.invitee.calendar_secret != other.calendar_secret
    assert {len(row.calendar_secret) for row in (world.invitee, other)} == {16}
