"""Nothing slips into a letter through its words."""

from __future__ import annotations

import re
from email import message_from_bytes

import pytest

from dialog_portal.base.typed_text import name_without_links
from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from dialog_portal.outbox.models import Letter
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.wording import Words, fill_words
from meetings.models import Meeting, Wording
from tests import factories
from tests.meetings.invitations.test_invite import invited_meeting, loaded, send
from tests.meetings.mailings.words import INVITATION, one_letter, worded, words_in

pytestmark = pytest.mark.django_db
PAYLOADS = [
    "Anna\r\nBcc: alla@evil.example",
    "Anna\nSubject: Vinst",
    "Anna\u2028X-Extra: 1",
    "Anna\x07",
    "<a href='https://evil.example'>Anna</a>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</p></td></tr></table><h1>Hej",
    "{{ meeting.uid }}",
    "{% include 'x' %}",
    "{part} {namn}",
    "https://evil.example/logga-in",
    "www.evil.example",
    "evil.se",
    "evil\u200b.se",
    "evil。com",
    "ｅｖｉｌ．ｃｏｍ／ａ",
    "anna@evil.example",
    "mailto:anna@evil.example?bcc=x",
    "javascript:alert(1)",
    "=?utf-8?q?Bcc:_x?=",
    "\u202eannA",
    "A" * 120,
]
LINKED = re.compile(r"://|www\.\S|\w@\w|\w\.\w|\w:\S", re.IGNORECASE)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_guests_name_brings_no_header_link_or_html(payload: str):
    meeting = factories.meeting(title="Möte")
    worded(meeting, subject="Hej {namn}", heading="{namn}", body="{namn}")
    plain, spiked = one_letter(meeting, name="Anna"), one_letter(meeting, name=payload)
    name = spiked.subject.removeprefix("Hej ")
    assert (len(name) <= 80, LINKED.search(name), "\n" in name) == (True, None, False)
    assert words_in(spiked.html) == f"{name} {name}"
    assert re.findall(r"</?\w+", spiked.html) == re.findall(r"</?\w+", plain.html)
    assert len(re.findall(r"://", spiked.text)) == len(re.findall(r"://", plain.text))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_staffs_words_bring_no_header_or_html(payload: str):
    party = factories.party()
    factories.mandate(party, factories.person(name="Anna"))
    meeting = invited_meeting(party)
    worded(meeting, subject=payload[:150], heading=payload[:150], body=payload)
    ((_, draft),) = mailings_send.drafts_for(INVITATION, loaded(meeting))
    tags = [tag for tag in re.findall(r"</?(\w+)", draft.html) if tag in {"script", "img", "svg"}]
    assert (tags, draft.html.count("<a "), draft.html.count("<h1")) == ([], standard_links(meeting), 1)
    if "\x07" in payload or "\u202e" in payload:
        return  # the outbox refuses these, and so does the form
    send(meeting)
    raw = Letter.objects.get().raw
    assert raw is not None
    mail = message_from_bytes(decrypt_letter(raw))
    assert {"Bcc", "X-Extra"} & set(mail.keys()) == set()
    assert len(mail.get_all("Subject", [])) == 1


def standard_links(meeting: Meeting) -> int:
    Wording.objects.filter(meeting=meeting).update(active=False)
    ((_, draft),) = mailings_send.drafts_for(INVITATION, loaded(meeting))
    Wording.objects.filter(meeting=meeting).update(active=True)
    return draft.html.count("<a ")


def test_without_the_guard_the_payloads_would_be_links():
    links = [payload for payload in PAYLOADS if LINKED.search(payload)]
    assert len(links) >= 7
    assert [name_without_links(name) for name in links if LINKED.search(name_without_links(name))] == []


@pytest.mark.parametrize("name", ["Åsa Öhrn", "Anna-Karin O'Neill", "Maria (vik.) Berg & Co", "J. R. Ek"])
def test_ordinary_names_stay_as_they_are(name: str):
    assert name_without_links(name) == name


def test_a_value_with_braces_is_not_filled_again():
    words = fill_words(Words("{namn}", "{namn}", "{namn}"), {"namn": "{part}", "part": "Nacka"})
    assert words == Words("{part}", "{part}", "{part}")
