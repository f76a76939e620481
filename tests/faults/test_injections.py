"""Attempts to write headers and calendar properties of one's own, in every field that reaches a letter.

Twice over: typed where people type, so that a refusal at the field is an answer too; and put into the row past every
form, as an import or an older program may have left it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from email.utils import getaddresses
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar.prop import vUnknown

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for
from dialog_portal.outbox import draft as drafts
from dialog_portal.outbox import mime
from dialog_portal.outbox.draft import letter_from
from dialog_portal.outbox.encrypted_bytes import decrypt
from dialog_portal.outbox.models import Letter
from meetings import tasks
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import (
    Answer,
    Channel,
    Invitee,
    Meeting,
    MeetingState,
    Purpose,
    SubstituteRequest,
    Wording,
)
from meetings.replies.actions import answer, substitute_requests, substitutes
from meetings.replies.actions.colleagues import bring_colleague
from tests import factories
from tests.meetings.acting import letter, retyped, signed_in
from tests.meetings.mailings.test_calendar_file import BREAKS, NAMES, PAYLOADS, SMUGGLED, shape
from tests.world import World, accept

pytestmark = [pytest.mark.fault, pytest.mark.django_db, pytest.mark.once]
HEADERS = [f"Möte{brk}Bcc: x@elsewhere.example" for brk in BREAKS] + [
    "Möte=?utf-8?Q?=0D=0ABcc=3A_x=40elsewhere=2Eexample?=",
    'Möte" <x@elsewhere.example>, "',
    "Möte, x@elsewhere.example",
]
ALL = PAYLOADS + HEADERS
ENVELOPE = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "Content-Language", "MIME-Version", "Content-Type",
}  # fmt: skip
PRESS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1"}
INVITATION, CANCELLATION = Purpose.INVITATION, Purpose.CANCELLATION


def address(payload: str) -> str:
    return payload.replace("Möte", "eva@kommun.example", 1)


def foreign(raw: bytes) -> tuple[int, int]:
    """How many headers or recipients, and how many calendars with a property, stand there that we did not write."""
    message = mime.parse_message(raw)
    names = Counter(message.keys())
    people = getaddresses([str(value) for value in message.get_all("To", [])])
    headers = sum((names - Counter(ENVELOPE)).values()) + len(people) - 1
    calendars = [part.get_payload(decode=True) for part in message.iter_attachments()]
    found = [shape(bytes(one)) for one in calendars]
    return headers, sum(one != NAMES for one in found)


# --- Typed where people type -----------------------------------------------------------------------------------------


class Typists(World):
    """A meeting with a chief who was invited, one who comes, one whose letter is still to write, and who types."""

    def __init__(self, staff: Client) -> None:
        super().__init__(guest={"email": "ada@kommun.example"}, serves_meal=True)
        self.staff, self.refused = staff, False
        self.item = factories.item(self.meeting)
        self.comes, _ = (factories.invitee(factories.invitation(self.meeting)) for _ in range(2))
        for one in (self.chief, self.comes):
            accept(letter(one))
        self.comes.replies.create(answer=Answer.YES, channel=Channel.STAFF, by=self.by)

    def type_(self, page: str, /, *place: Any, **typed: Any) -> bool:
        """Send a form of the staff's; a page that comes back instead of the next one has refused it."""
        self.refused |= self.staff.post(reverse(f"staff:{page}", args=place), typed).status_code != 302
        return not self.refused

    def press(self, invitee: Invitee, page: str = "answer", /, **typed: Any) -> bool:
        """Send a form of the guest's own page."""
        data = {"lank": token_for(invitee.link), **typed}
        self.refused |= Client().post(reverse(f"guest:{page}"), data, headers=PRESS).status_code != 303
        return not self.refused

    def act(self, action: Callable[..., Any], *args: Any, **values: Any) -> bool:
        """Past the field: the same action as the form calls."""
        try:
            action(*args, **values)
        except (ValidationError, NotAllowed):
            self.refused = True
        return not self.refused

    def let_leave(self) -> None:
        """The letters about a meeting that staff could send now."""
        for purpose in (INVITATION, Purpose.UPDATE, CANCELLATION):
            if not MAILINGS[purpose].reason_not_to_send(self.meeting, timezone.now()):
                self.write(purpose)

    def deputy_answers_and_is_sent_home(self) -> None:
        deputy = self.chief.substitutes.active().get()
        answer.store_answer(deputy, Answer.YES, channel=Channel.LINK)
        substitutes.take_back(self.chief, channel=Channel.PHONE, by=self.by)

    def wish_is_refused(self) -> None:
        wish = SubstituteRequest.objects.get()
        substitute_requests.decide_request(wish, approve=False, seen=(wish.name, wish.email), by=self.by)


def changed_meeting(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        world.type_("meeting_change", world.meeting.pk, **{**retyped(world.meeting), field: text})

    return way


def changed_round(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        row = world.meeting.round
        kept = {
            "year": row.year,
            "signer": row.signer,
            "signer_title": row.signer_title,
            "seen_version": row.version,
        }
        world.type_("round_change", row.year, **{**kept, field: text})

    return way


def changed_item(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        kept = {"title": world.item.title, "minutes": 20, "seen_version": world.item.version}
        world.type_("item_change", world.item.pk, **{**kept, field: text})

    return way


def new_words(field: str, *, rounds: bool) -> Way:
    def way(world: Typists, text: str) -> None:
        name, place = (
            ("wording", world.meeting.round.year) if rounds else ("meeting_wording", world.meeting.pk)
        )
        kept = {"subject": "Inbjudan", "heading": "Välkommen", "body": "Hej {namn}!", "seen_version": "0"}
        world.type_(name, place, INVITATION, **{**kept, field: text})

    return way


def free_guest(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        kept = {"organisation": "Folkets hus", "name": "Eva Lind", "email": "eva@folkets.example"}
        world.type_("guest_add", world.meeting.pk, **{**kept, field: text})

    return way


def noted(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"answer": "ersattare", "name": "Eva Lind", "email": "eva@kommun.example", "channel": "phone"}
        if world.type_("reply_note", world.chief.pk, **{**said, field: text}):
            world.deputy_answers_and_is_sent_home()

    return way


def substitute(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"svar": "ersattare", "name": "Eva Lind", "email": "eva@kommun.example"}
        if world.press(world.chief, **{**said, field: text}) and world.chief.substitutes.active().exists():
            world.deputy_answers_and_is_sent_home()

    return way


def outsider(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"svar": "ersattare", "name": "Eva Lind", "email": "eva@elsewhere.example"}
        if world.press(world.chief, **{**said, field: text}):
            world.wish_is_refused()

    return way


def colleague(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"svar": "kollega", "name": "Eva Lind", "email": "eva@kommun.example"}
        world.press(world.comes, **{**said, field: text})

    return way


def needs(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        if world.press(world.chief, svar="behov", **{field: text}):
            world.press(world.chief, svar="ja")

    return way


def link_again(world: Typists, text: str) -> None:
    if world.press(world.chief, "send_again", email=text.replace("eva@", "ada@")):
        tasks.send_links()


def cancelled(world: Typists, text: str) -> None:
    world.type_("meeting_cancel", world.meeting.pk, reason=text)


def handed_over_past_the_field(world: Typists, text: str) -> None:
    said = {"name": text, "email": "eva@kommun.example", "channel": Channel.LINK}
    if world.act(substitutes.hand_over, world.chief, **said):
        world.deputy_answers_and_is_sent_home()


def brought_past_the_field(world: Typists, text: str) -> None:
    world.act(bring_colleague, world.comes, name=text, email="eva@kommun.example", channel=Channel.LINK)


def asked_for_past_the_field(world: Typists, text: str) -> None:
    said = {"name": text, "email": "eva@elsewhere.example", "channel": Channel.LINK}
    if world.act(substitute_requests.ask_for_substitute, world.chief, **said):
        world.wish_is_refused()


Way = Callable[[Typists, str], None]
MEETING = ("title", "venue", "room", "street", "online", "message", "diary_number")
WORDS = ("subject", "heading", "body")
WAYS: dict[str, Way] = {
    **{f"meeting: {field}": changed_meeting(field) for field in MEETING},
    **{f"round: {field}": changed_round(field) for field in ("signer", "signer_title", "diary_number")},
    **{f"agenda: {field}": changed_item(field) for field in ("title", "description", "presenter")},
    **{f"round's words: {field}": new_words(field, rounds=True) for field in WORDS},
    **{f"meeting's words: {field}": new_words(field, rounds=False) for field in WORDS},
    **{f"free guest: {field}": free_guest(field) for field in ("organisation", "name", "email")},
    **{f"noted answer: {field}": noted(field) for field in ("name", "email", "note")},
    **{f"substitute: {field}": substitute(field) for field in ("name", "email")},
    **{f"substitute from elsewhere: {field}": outsider(field) for field in ("name", "email")},
    **{f"colleague: {field}": colleague(field) for field in ("name", "email")},
    **{f"needs: {field}": needs(field) for field in ("food", "access")},
    "link again: email": link_again,
    "cancelled: reason": cancelled,
    "substitute, past the field": handed_over_past_the_field,
    "colleague, past the field": brought_past_the_field,
    "substitute from elsewhere, past the field": asked_for_past_the_field,
}


def letters_after(way: Way, text: str, world: Typists, *, all_leave: bool = True) -> tuple[bool, list[bytes]]:
    """Whether what was typed was refused, and every letter that stands in the outbox afterwards; then all is undone."""
    world.refused = False
    with transaction.atomic():
        way(world, text)
        if all_leave and not world.refused:
            world.let_leave()
        raw = [decrypt(row.raw) for row in Letter.objects.all() if row.raw is not None]
        transaction.set_rollback(True)
    return world.refused, raw


def some(texts: list[str], number: int, each: int) -> Iterable[str]:
    """Every text in full size; else a few, others for the next field."""
    return texts if not each else [texts[(number * each + step * 7) % len(texts)] for step in range(each)]


def test_nothing_that_is_typed_becomes_a_header_or_a_property(size, figure):
    world = Typists(signed_in()[0])
    tried, refused, letters, found = 0, 0, 0, Counter[str]()
    for number, (name, way) in enumerate(WAYS.items()):
        for payload in some(ALL, number, size(1, 0)):
            no, raw = letters_after(way, address(payload) if name.endswith("email") else payload, world)
            tried, refused, letters = tried + 1, refused + no, letters + len(raw)
            for headers, properties in map(foreign, raw):
                found += Counter({f"{name}, headers": headers, f"{name}, properties": properties})
    figure("injections by form, fields", len(WAYS))
    figure(f"injections by form, refused of {tried} typed", refused)
    figure("injections by form, letters read", letters)
    figure("injections by form, headers and properties that were not ours", found.total())
    assert +found == Counter()
    assert letters > 0


# What is typed here stands in the letters that staff send afterwards
LATER = ("meeting", "round", "agenda", "free guest", "needs", "cancelled")


def test_each_way_writes_letters_when_what_is_typed_is_harmless():
    """Else a page that refuses everything would pass for safe."""
    world = Typists(signed_in()[0])
    fine = {"name": "Eva Lind", "email": "eva@kommun.example", "online": "https://mote.example/1"}
    fine |= {"diary_number": "KN 2027/1", "past the field": "Eva Lind"}
    for name, way in WAYS.items():
        known = [text for end, text in fine.items() if name.endswith(end)]
        text = (known or ["Ett ord"])[0]
        text = text.replace("kommun", "elsewhere") if "from elsewhere" in name else text
        refused, raw = letters_after(way, text, world, all_leave=False)
        assert (name, refused) == (name, False)
        assert raw or name.startswith(LATER), name


# --- Put there past every form ---------------------------------------------------------------------------------------

FIELDS = {
    "meeting": MEETING,
    "step": ("reason",),
    "round": ("signer", "signer_title", "diary_number"),
    "party": ("name", "full_name"),
    "invitation": ("label",),
    "invitee": ("name", "email", "title"),
    "item": ("title", "description", "presenter"),
    "wording": WORDS,
}


def people() -> tuple[Meeting, Invitee]:
    """A meeting and a guest, as the action that sends finds them."""
    guest = Invitee.objects.latest("pk")
    meeting = Meeting.objects.with_names().with_letters().get(pk=guest.meeting_id)
    return meeting, meeting.invitees.select_related("invitation__party", "link", "invitation__meeting").get()


def stored(owner: str) -> None:
    """What the letter is about."""
    called_off = owner == "step"
    meeting = factories.meeting(state=MeetingState.CANCELLED if called_off else MeetingState.INVITED)
    if called_off:
        meeting.steps.create(before=MeetingState.INVITED, after=MeetingState.CANCELLED, reason="Sjukdom")
    factories.item(meeting, description="Vi talar om det.", presenter="Ylva Norrby")
    invitation = factories.invitation(meeting)
    if owner == "invitation":
        invitation.party, invitation.label = None, "Folkets hus"
        invitation.save()
    if owner == "wording":
        Wording.objects.create(
            meeting=meeting, purpose=INVITATION, subject="Inbjudan", heading="Hej", body="Hej!"
        )
    factories.invitee(invitation)


def letter_with(owner: str, field: str, payload: str) -> bytes | None:
    """The letter when a field holds the payload, put there past every form; None when it is refused."""
    stored(owner)
    meeting, guest = people()
    row: Any = {
        "meeting": meeting,
        "step": meeting.steps.last(),
        "round": meeting.round,
        "party": guest.invitation.party,
        "invitation": guest.invitation,
        "invitee": guest,
        "item": meeting.agenda.items.get(),
        "wording": meeting.wordings.first(),
    }[owner]
    setattr(row, field, payload)
    if owner in ("step", "item", "wording"):  # read from the database by the letter
        row.save()
        meeting, guest = people()
    draft = compose(MAILINGS[CANCELLATION if owner == "step" else INVITATION], meeting, guest)
    try:
        drafts.validate_draft(draft)
    except ValidationError:
        return None
    return decrypt(letter_from(draft, None).raw or b"")


def rows() -> Iterator[tuple[str, str]]:
    return ((owner, field) for owner, fields in FIELDS.items() for field in fields)


def test_nothing_that_is_stored_becomes_a_header_or_a_property(size, figure):
    tried, refused, headers, properties = 0, 0, 0, 0
    for number, (owner, field) in enumerate(rows()):
        for payload in some(ALL, number, size(2, 0)):
            with transaction.atomic():
                raw = letter_with(owner, field, payload)
                transaction.set_rollback(True)
            tried += 1
            refused += raw is None
            more = foreign(raw) if raw else (0, 0)
            headers, properties = headers + more[0], properties + more[1]
    figure(f"injections past the forms, letters refused of {tried} tried", refused)
    figure("injections past the forms, headers that were not ours", headers)
    figure("injections past the forms, calendars with a property that was not ours", properties)
    assert (headers, properties) == (0, 0)


# --- Controls --------------------------------------------------------------------------------------------------------


def without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox takes what it gets, and names are written as they are."""
    monkeypatch.setattr(drafts, "validate_draft", lambda _draft: None)
    monkeypatch.setattr("dialog_portal.outbox.queue.post.validate_draft", lambda _draft: None)
    monkeypatch.setattr(mime, "address_header", lambda name, address: f"{name} <{address}>")
    monkeypatch.setattr(Invitee, "name_in_letters", property(lambda guest: guest.name))


def test_control_without_looking_a_name_writes_a_header(monkeypatch):
    without_looking(monkeypatch)
    raw = letter_with("invitee", "name", "Åsa\r\nBcc: alla@elsewhere.example")
    assert raw is not None
    assert foreign(raw)[0] > 0


def test_control_without_looking_a_guests_substitute_writes_a_header(monkeypatch):
    without_looking(monkeypatch)
    world = Typists(signed_in()[0])
    _, raw = letters_after(handed_over_past_the_field, "Eva\r\nBcc: alla@elsewhere.example", world)
    assert sum(foreign(one)[0] for one in raw) > 0


def test_control_without_escaping_a_title_writes_a_property(monkeypatch):
    monkeypatch.setattr(drafts, "validate_draft", lambda _draft: None)
    monkeypatch.setattr("meetings.mailings.calendar_file.TypedText", vUnknown)
    raw = letter_with("meeting", "title", f"Möte\r{SMUGGLED[0]}")
    assert raw is not None
    assert foreign(raw)[1] > 0
