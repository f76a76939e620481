"""Whom a guest may let in: their substitute and their colleagues, from the same party, a few times a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.states import NotAllowed
from meetings.mailings.actions.post import post_letter
from meetings.mailings.actions.reply_link import mint_reply_link
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Invitee, Purpose
from meetings.replies.reply_status import ReplyStatus, last_confirmed
from meetings.replies.seats import lock_invitee, replies_must_be_open, seats_left

CHANGES_A_DAY = 3
ANSWERS_A_DAY = 12  # each writes a letter that goes before all others
PUBLIC_MAIL_DOMAINS = {
    # The world's
    "aol.com", "duck.com", "fastmail.com", "fastmail.fm", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de",
    "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.dk",
    "hotmail.fi", "hotmail.fr", "hotmail.no", "hotmail.se", "hushmail.com", "icloud.com", "live.co.uk", "live.com",
    "live.dk", "live.fi", "live.no", "live.se", "mac.com", "mail.com", "mail.ru", "mailbox.org", "me.com",
    "msn.com", "outlook.com", "outlook.de", "outlook.dk", "outlook.se", "pm.me", "posteo.de", "posteo.net",
    "proton.me", "protonmail.ch", "protonmail.com", "rocketmail.com", "runbox.com", "skiff.com", "tuta.com",
    "tuta.io", "tutamail.com", "tutanota.com", "tutanota.de", "web.de", "yahoo.co.uk", "yahoo.com", "yahoo.de",
    "yahoo.dk", "yahoo.fr", "yahoo.no", "yahoo.se", "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
    "zohomail.eu",
    # What comes with a subscription in Sweden and its neighbours
    "bahnhof.se", "bredband.net", "bredband2.com", "bredbandsbolaget.se", "brevet.se", "chello.se", "comhem.se",
    "glocalnet.net", "home.se", "mail.telia.com", "mailbox.swipnet.se", "online.no", "ownit.se", "passagen.se",
    "spray.se", "swipnet.se", "tele2.se", "telia.com", "telia.se", "tyfonmail.se", "utfors.se",
}  # fmt: skip


@transaction.atomic
def bring_colleague(
    invitee: Invitee, *, name: str, email: str, channel: Channel, by: User | None = None
) -> Invitee:
    """Invite one more from the same party while it has seats left; they answer for themselves."""
    invitee = lock_invitee(invitee)
    replies_must_be_open(invitee, channel)
    if by is None:
        must_come_oneself(invitee)
    if seats_left(invitee.invitation) < 1:
        raise NotAllowed("Alla platser är upptagna eller väntar på svar från kollegor som redan är inbjudna.")
    recent = invitee.invitation.invitees.filter(
        person=None, substitute_for=None, link__created__gte=a_day_ago()
    )
    must_not_be_too_often(recent.count(), max(CHANGES_A_DAY, invitee.invitation.seats), by)
    must_be_free(invitee, email, by)
    colleague = add_from_party(invitee, name, email)
    post_letter(
        colleague,
        Purpose.INVITATION,
        compose(MAILINGS[Purpose.INVITATION], invitee.meeting, colleague),
        by=by,
    )
    return colleague


def must_come_oneself(invitee: Invitee) -> None:
    """Only who comes on their own behalf brings somebody; a substitute's guest would stay when the seat goes back."""
    said = last_confirmed(list(invitee.replies.all()))
    if invitee.substitute_for_id or said is None or said.answer != Answer.YES:
        raise NotAllowed("Svara att du kommer först. Den som ersätter någon kan inte ta med en kollega.")


def can_bring(invitee: Invitee, where: ReplyStatus) -> bool:
    """Whether the page offers to bring a colleague."""
    return where.case == "seated" and not invitee.substitute_for_id and seats_left(invitee.invitation) > 0


def must_not_be_too_often(number: int, most: int, by: User | None) -> None:
    if by is None and number >= most:
        raise NotAllowed(
            f"Du har gjort {number} ändringar det senaste dygnet. Be handläggaren om hjälp: {settings.MAIL_REPLY_TO}."
        )


def must_be_free(invitee: Invitee, email: str, by: User | None, replaced: Invitee | None = None) -> None:
    """The address belongs to the party and is not on the meeting's list already."""
    if by is None and not is_party_address(invitee, email):
        raise NotAllowed(
            f"Adressen hör inte till {invitee.invitation.organisation}. "
            f"Be handläggaren bjuda in personen: {settings.MAIL_REPLY_TO}."
        )
    listed = invitee.meeting.invitees.active().filter(email__iexact=email)
    if replaced:
        listed = listed.exclude(pk=replaced.pk)
    if listed.exists():
        raise NotAllowed("Den adressen är redan inbjuden till mötet.")


def is_party_address(invitee: Invitee, email: str) -> bool:
    """Whether an address is at the party's domains, or below one of them."""
    domain = email.rpartition("@")[2].lower()
    return any(domain == ours or domain.endswith(f".{ours}") for ours in party_domains(invitee))


def party_domains(invitee: Invitee) -> list[str]:
    """The party's domains; where none are known, the invited person's own, unless anybody can have an address there."""
    party = invitee.invitation.party
    known = party.mail_domains.lower().split() if party else []
    return known or sorted({invitee.email.rpartition("@")[2].lower()} - PUBLIC_MAIL_DOMAINS)


def add_from_party(invitee: Invitee, name: str, email: str, substitute_for: Invitee | None = None) -> Invitee:
    """One more person of the same party, with a link of their own."""
    try:
        with transaction.atomic():
            return Invitee.objects.create(
                meeting=invitee.meeting,
                invitation=invitee.invitation,
                name=name,
                email=email.lower(),
                substitute_for=substitute_for,
                link=mint_reply_link(invitee.meeting),
            )
    except IntegrityError as taken:  # the same address through another party at the same moment
        raise NotAllowed("Den adressen är redan inbjuden till mötet.") from taken


def a_day_ago() -> datetime:
    return timezone.now() - timedelta(days=1)
