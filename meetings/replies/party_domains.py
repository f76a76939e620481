"""Which mail domains belong to a party. A guest may invite people at these addresses without asking staff."""

from __future__ import annotations

from meetings.models import Invitee
from meetings.replies.public_mail_domains import PUBLIC_MAIL_DOMAINS


def is_party_address(invitee: Invitee, email: str) -> bool:
    """Return whether an address is at one of the party's domains, or at a subdomain of one."""
    domain = email.rpartition("@")[2].lower()
    return any(domain == ours or domain.endswith(f".{ours}") for ours in party_domains(invitee))


def party_domains(invitee: Invitee) -> list[str]:
    """Return the party's domains, or the domain of the person's own address when the register has none.

    Empty when the person's own address is at a domain where anybody can get an address.
    """
    party = invitee.invitation.party
    known = party.mail_domains.lower().split() if party else []
    return known or sorted({invitee.email.rpartition("@")[2].lower()} - PUBLIC_MAIL_DOMAINS)


def share_domain(one: str, other: str) -> bool:
    """Return whether two addresses are at the same domain, and it is not one where anybody can get an address."""
    domain = one.rpartition("@")[2]
    return domain == other.rpartition("@")[2] and domain not in PUBLIC_MAIL_DOMAINS
