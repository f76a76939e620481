"""Reads the mailbox that answers and bounces come to.

Every letter is judged once, and remembered in the same transaction as all that follows from it. Only then is it moved
aside, so a crash at any point changes nothing but the time. What strangers wrote is taken apart before the transaction
opens, so a letter that is slow to read keeps nobody waiting. What the portal does not understand is left untouched for
the people who read the same mailbox.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.connection_trouble import connection_trouble
from dialog_portal.outbox.inbox import bounces
from dialog_portal.outbox.inbox.imap import IMAP_ERRORS, MailboxRefused, Visit
from dialog_portal.outbox.inbox.incoming_letter import PARSE_ERRORS, Mail, to_one_line
from dialog_portal.outbox.models import DEALT_WITH, Incoming, IncomingKind, Letter, Pulse, State
from dialog_portal.outbox.oauth import TokenRefused
from dialog_portal.outbox.queue.bounce import mark_as_bounced, pause_if_all_come_back
from dialog_portal.outbox.queue.states import note

log = logging.getLogger(__name__)
LOOK_BACK = timedelta(days=30)
REMEMBER_FOR = timedelta(days=90)
MAX_LETTERS_A_VISIT = 200  # letters in one visit
# What one letter can cause. A database that is gone is not of these: then the whole visit waits for the next.
ONE_LETTERS_FAULT = (*PARSE_ERRORS, ValidationError, NotAllowed, DataError, IntegrityError)
Verdict = tuple[IncomingKind, str, Letter | None]
# Reads a letter for a room above. What it answers is done while nobody else reads, and says what became of the letter;
# either may be nothing, when the letter is not for that room.
Handler = Callable[[Mail], Callable[[], str] | None]


def read_new_letters(handlers: Sequence[Handler] = ()) -> int:
    """Read what is new, and move aside what has been dealt with; return the number of new letters.

    A letter that no rule of ours foresaw stops none of the others; it stays new, and what it caused is raised last.
    """
    if not settings.MAILBOX:
        return 0
    now = timezone.now()
    Pulse.objects.get_or_create(name="mailbox", defaults={"at": now, "detail": {"never_read": True}})
    failures: list[Exception] = []
    try:
        with Visit(settings.MAILBOX) as visit:
            new = unread_uids(visit, visit.since((now - LOOK_BACK).date()))
            taken = [judge_or_collect(visit, uid, handlers, failures) for uid in new[:MAX_LETTERS_A_VISIT]]
            file_processed(visit, now)
    except IMAP_ERRORS as error:
        log.warning("the mailbox could not be read: %s", type(error).__name__)
        note_trouble(error)
        return 0
    Incoming.objects.filter(at__lt=now - REMEMBER_FOR).delete()
    if len(new) <= MAX_LETTERS_A_VISIT:
        Pulse.objects.filter(name="mailbox").update(at=now, detail={})
    if failures:
        raise ExceptionGroup("letters of the mailbox could not be judged", failures)
    return sum(taken)


def note_trouble(error: Exception) -> None:
    """Keep why the mailbox cannot be read, and whether waiting will help: staff are told at once when it will not."""
    certain = isinstance(error, MailboxRefused | TokenRefused | ssl.SSLError | socket.gaierror)
    said = str(error) if isinstance(error, MailboxRefused | TokenRefused) else ""
    reason = said or connection_trouble(error, str(settings.MAILBOX["host"]))
    pulse = Pulse.objects.get(name="mailbox")
    never = pulse.detail.get("never_read", False)
    pulse.detail = {"never_read": never, "trouble": reason, "told_at_once": certain or never}
    pulse.save(update_fields=["detail"])


def is_mailbox_read_since(moment: datetime) -> bool:
    """Return whether all that had come to the mailbox at a moment has been read; True when people alone read it."""
    if not settings.MAILBOX:
        return True
    pulse = Pulse.objects.filter(name="mailbox", at__gte=moment).first()
    return pulse is not None and not pulse.detail.get("never_read")


def unread_uids(visit: Visit, uids: list[int]) -> list[int]:
    """The letters that were not read before."""
    rows = Incoming.objects.filter(box=visit.name, validity=visit.validity, uid__gte=min(uids, default=0))
    known = set(rows.values_list("uid", flat=True))
    return [uid for uid in uids if uid not in known]


def judge_or_collect(visit: Visit, uid: int, handlers: Sequence[Handler], failures: list[Exception]) -> bool:
    """Take one letter; only a server or a database that is gone, or time that is up, ends the visit."""
    try:
        return judge_letter(visit, uid, handlers)
    except (*IMAP_ERRORS, DatabaseError, SoftTimeLimitExceeded):
        raise
    except Exception as error:  # noqa: BLE001 raised when the others have had their turn
        failures.append(error)
        return False


def judge_letter(visit: Visit, uid: int, handlers: Sequence[Handler]) -> bool:
    """Judge one letter and remember it; False when it is gone, or another worker was first.

    A letter that breaks its reader, or asks for what cannot be done, is remembered as that with the reason and left
    for people, so that it never stands in the way of the next.
    """
    raw = visit.fetch(uid)
    if raw is None:
        return False
    row = Incoming(box=visit.name, validity=visit.validity, uid=uid)
    try:
        mail = Mail(raw)
        row.identity = mail.identity
        return store_verdict(row, classify_letter(mail, handlers))
    except ONE_LETTERS_FAULT as error:
        log.warning("letter %s of the mailbox cannot be dealt with: %s", uid, type(error).__name__)
        return store_verdict(row, classify_unreadable(raw, reason_of(error), handlers))


def reason_of(error: Exception) -> str:
    """The sentence that a refusal says, else the name of what went wrong."""
    said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return to_one_line(said if isinstance(error, ValidationError | NotAllowed) else type(error).__name__, 300)


@transaction.atomic
def store_verdict(row: Incoming, judged: Callable[[], Verdict]) -> bool:
    """Store a letter with all that follows from it, one reader at a time."""
    Pulse.objects.select_for_update().get(name="mailbox")
    if Incoming.objects.filter(box=row.box, validity=row.validity, uid=row.uid).exists():
        return False
    row.identity = row.identity or f"{row.validity}:{row.uid}"
    copy = Incoming.objects.filter(identity=row.identity).exclude(kind=IncomingKind.COPY).exists()
    row.kind, row.text, row.letter = (IncomingKind.COPY, "", None) if copy else judged()
    row.save()
    return True


def classify_letter(mail: Mail, handlers: Sequence[Handler]) -> Callable[[], Verdict]:
    """What a letter is: a bounce, for a room above, from a machine or for people. The call draws the consequences."""
    if report := bounces.delivery_report(mail):
        names = [name for address in mail.recipients if (name := bounces.letter_of_return_address(address))]
        return lambda: verdict_of_report(names, report)
    acts = [act for handler in handlers if (act := handler(mail))]
    other = IncomingKind.AUTOMATIC if mail.automatic else IncomingKind.PEOPLE
    return lambda: verdict_of_handlers(acts) or (other, "", None)


def classify_unreadable(raw: bytes, reason: str, handlers: Sequence[Handler]) -> Callable[[], Verdict]:
    """A letter that cannot be read: the rooms above are told whom it is from, as far as its headers say."""
    acts: list[Callable[[], str]] = []
    with suppress(*ONE_LETTERS_FAULT):
        mail = Mail.of_headers(raw)
        acts = [act for handler in handlers if (act := handler(mail))]

    def unreadable() -> Verdict:
        verdict_of_handlers(acts)
        return IncomingKind.UNREADABLE, reason, None

    return unreadable


def verdict_of_handlers(acts: Sequence[Callable[[], str]]) -> Verdict | None:
    said = next((to_one_line(said, 300) for act in acts if (said := act())), "")
    return (IncomingKind.ANSWER, said, None) if said else None


def verdict_of_report(names: list[tuple[str, bool]], report: bounces.Report) -> Verdict:
    """A delivery report: it counts only when it came to a return address that the portal has signed."""
    if not names:
        return IncomingKind.PEOPLE, "", None
    letter = next((name for name, ours in names if ours), None)
    if letter is None:
        return IncomingKind.FORGED, "", None
    row = Letter.objects.filter(message_id__startswith=f"<{letter}@").first()
    if row is None or report.action not in ("failed", "delayed"):
        return IncomingKind.REPORT, "", row
    return apply_report(row, report)


def apply_report(letter: Letter, report: bounces.Report) -> Verdict:
    """Bounced when a server that had taken the letter gave it up; else only a line in its history."""
    said = f"{report.reason}. Serverns svar: {f'{report.status} {report.words}'.strip() or 'inget'}"
    if report.action == "delayed":
        note(letter, f"Mottagarens server är försenad: {said}")
        return IncomingKind.DELAYED, said[:300], letter
    if Letter.objects.select_for_update().get(pk=letter.pk).state != State.ACCEPTED:
        note(letter, f"En studs kom för brevet: {said}")
        return IncomingKind.REPORT, said[:300], letter
    mark_as_bounced(letter, by=None, reason=f"Brevet studsade: {said}", code=report.status, text=report.words)
    if report.is_about_us:
        pause_if_all_come_back(f"{report.status} {report.words}".strip())
    return IncomingKind.BOUNCED, said[:300], letter


def file_processed(visit: Visit, now: datetime) -> None:
    """Move what is dealt with, also what an earlier visit did not get to."""
    rows = Incoming.objects.filter(
        box=visit.name, validity=visit.validity, kind__in=DEALT_WITH, filed_at=None
    )
    uids = sorted(rows.values_list("uid", flat=True))
    if uids:
        visit.file(uids)
        rows.filter(uid__in=uids).update(filed_at=now)
