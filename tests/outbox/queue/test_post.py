"""Storing letters: whole or not at all, once for each key, and nothing that could write its own headers."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from dialog_portal.outbox.mime import Attachment
from dialog_portal.outbox.models import Letter
from dialog_portal.outbox.queue import wake_up
from dialog_portal.outbox.queue.post import post, post_all
from tests.conftest import MOMENT
from tests.outbox.letters import bytes_of, draft, text_of

BREAKS = [
    "\r\n",
    "\n",
    "\r",
    "\u2028",
    "\u2029",
    "\u0085",
    "\x0b",
    "\x0c",
    "\x00",
    "\x1b",
    "\ud800",
    "\u202e",
]
FIELDS = ["name", "subject", "address", "reply_to", "in_reply_to"]
INJECTIONS = [(field, f"a{mark}Bcc: x@evil.example") for field in FIELDS for mark in BREAKS]


def test_letter_is_stored_sealed_with_its_fingerprint(db):
    row, new = post(draft(text="Hemlig länk"))
    assert new
    assert b"Hemlig" not in bytes(row.raw or b"")
    assert b"Hemlig" in bytes_of(row)
    assert text_of(row) == "Hemlig länk\n"
    assert (row.size, len(row.sha256)) == (len(bytes_of(row)), 64)


def test_headers_say_who_when_and_that_no_machine_should_answer(db, settings):
    from dialog_portal.outbox.mime import parse_message

    message = parse_message(
        bytes_of(post(draft(in_reply_to="<first@region.example>", reply_to="svar@region.example"))[0])
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["In-Reply-To"] == "<first@region.example>"
    assert message["Reply-To"] == "svar@region.example"
    assert settings.MAIL_FROM in message["From"]
    assert message["Message-ID"].endswith("@region.example>")
    assert message["Date"].datetime.utcoffset() is not None


@pytest.mark.parametrize(("field", "value"), INJECTIONS)
def test_line_break_in_any_header_is_refused_in_swedish(db, field, value):
    with pytest.raises(ValidationError, match="Brevet till"):
        post(draft(**{field: value}))
    assert Letter.objects.count() == 0


def test_control_without_the_guard_a_line_break_writes_a_header(db):
    from dialog_portal.outbox.draft import letter_from
    from dialog_portal.outbox.mime import parse_message

    row = letter_from(draft(in_reply_to="<a@b.example>\r\nBcc: x@evil.example"), None)
    assert parse_message(bytes_of(row))["Bcc"] == "x@evil.example"


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "ingen adress"},
        {"address": ""},
        {"subject": " "},
        {"subject": "x" * 251},
        {"text": " "},
        {"deadline": MOMENT - timedelta(minutes=1)},
        {"calendar_method": "REQUEST\r\nX: y"},
        {"attachments": (Attachment('a"b.pdf', "application/pdf", b""),)},
        {"attachments": (Attachment("../../x.pdf", "application/pdf", b""),)},
        {"attachments": (Attachment("x.pdf", "application/pdf\r\nX: y", b""),)},
        {"attachments": (Attachment("x.pdf", "application/pdf", b"x" * 15_800_000),)},
    ],
)
def test_letter_that_cannot_be_sent_is_refused_when_it_is_written(db, wrong):
    with pytest.raises(ValidationError):
        post(draft(**wrong))


def test_one_bad_letter_stops_all_and_each_is_named(db):
    with pytest.raises(ValidationError) as error:
        post_all([draft(), draft(name="Bo", address="x"), draft(name="Eva", subject="")])
    assert [message.split(":")[0] for message in error.value.messages] == [
        "Brevet till Bo",
        "Brevet till Eva",
    ]
    assert Letter.objects.count() == 0


def test_same_key_makes_one_letter(db):
    first, new = post(draft(key="k", text="första"))
    second, again = post(draft(key="k", text="andra"))
    assert (new, again) == (True, False)
    assert first.pk == second.pk
    assert [row.pk for row in post_all([draft(key="k"), draft(key="other"), draft(key="k")])] == [
        first.pk,
        Letter.objects.get(key="other").pk,
        first.pk,
    ]


def test_letter_goes_with_the_transaction_that_caused_it(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post(draft())
        raise ZeroDivisionError
    assert Letter.objects.count() == 0


def test_deadline_is_at_most_three_days_after_it_is_due(db):
    row, _ = post(draft())
    assert row.deadline - row.due_at == timedelta(hours=72)
    assert row.useful_until - row.created > timedelta(days=9)


def test_many_letters_wake_a_worker_once(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        post_all([draft(), draft()])
        post(draft())
    assert callbacks == [wake_up.wake_up]


@pytest.mark.parametrize("address", ["åsa@kommun.example", "a\u017f@kommun.example"])
def test_local_part_beyond_ascii_is_refused_in_swedish(db, address):
    with pytest.raises(ValidationError, match="Delen före @"):
        post(draft(address=address))


def test_domain_that_becomes_too_long_for_the_servers_is_refused_in_swedish(db):
    with pytest.raises(ValidationError, match="inte en giltig e-postadress"):
        post(draft(address=f"a@{'ö' * 60}.example"))
