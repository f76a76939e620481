"""Attempts to write headers and calendar properties of one's own, and every way in which a text is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from email.utils import getaddresses
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for
from dialog_portal.outbox import mime
from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from dialog_portal.outbox.models import Letter
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Invitee, Meeting, Purpose, SubstituteRequest
from meetings.replies.actions import answer, substitute_requests, substitutes
from tests import factories
from tests.meetings.acting import letter
from tests.meetings.mailings.test_calendar_file import BREAKS, NAMES, PAYLOADS, shape
from tests.world import World, accept

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


def handed_over_past_the_field(world: Typists, text: str) -> None:
    said = {"name": text, "email": "eva@kommun.example", "channel": Channel.LINK}
    if world.act(substitutes.hand_over, world.chief, **said):
        world.deputy_answers_and_is_sent_home()


Way = Callable[[Typists, str], None]
MEETING = ("title", "venue", "room", "street", "online", "message", "diary_number")
WORDS = ("subject", "heading", "body")


def letters_after(way: Way, text: str, world: Typists, *, all_leave: bool = True) -> tuple[bool, list[bytes]]:
    """Whether what was typed was refused, and every letter that stands in the outbox afterwards; then all is undone."""
    world.refused = False
    with transaction.atomic():
        way(world, text)
        if all_leave and not world.refused:
            world.let_leave()
        raw = [decrypt_letter(row.raw) for row in Letter.objects.all() if row.raw is not None]
        transaction.set_rollback(True)
    return world.refused, raw


def some(texts: list[str], number: int, each: int) -> Iterable[str]:
    """Every text in full size; else a few, others for the next field."""
    return texts if not each else [texts[(number * each + step * 7) % len(texts)] for step in range(each)]


def people() -> tuple[Meeting, Invitee]:
    """A meeting and a guest, as the action that sends finds them."""
    guest = Invitee.objects.latest("pk")
    meeting = Meeting.objects.with_names().with_letters().get(pk=guest.meeting_id)
    return meeting, meeting.invitees.select_related("invitation__party", "link", "invitation__meeting").get()
