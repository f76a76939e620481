"""Which mail domains belong to a party, so that an address there may be let in without asking staff."""

from __future__ import annotations

from meetings.models import Invitee
from meetings.replies.public_mail_domains import PUBLIC_MAIL_DOMAINS


def is_party_address(invitee: Invitee, email: str) -> bool:
    """Whether an address is at the party's domains, or below one of them."""
    domain = email.rpartition("@")[2].lower()
    return any(domain == ours or domain.endswith(f".{ours}") for ours in party_domains(invitee))


def party_domains(invitee: Invitee) -> list[str]:
    """The party's domains; where none are known, the invited person's own, unless anybody can have an address there."""
    party = invitee.invitation.party
    known = party.mail_domains.lower().split() if party else []
    return known or sorted({invitee.email.rpartition("@")[2].lower()} - PUBLIC_MAIL_DOMAINS)


def share_domain(one: str, other: str) -> bool:
    """Whether two addresses share a domain that not just anybody can have an address at."""
    domain = one.rpartition("@")[2]
    return domain == other.rpartition("@")[2] and domain not in PUBLIC_MAIL_DOMAINS
