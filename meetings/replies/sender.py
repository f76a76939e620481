"""Whether a letter from another address than the invited one is the invited person's own, as from an alias."""

from __future__ import annotations

import re
import unicodedata

from dialog_portal.outbox.inbox.incoming_letter import Mail
from meetings.models import Invitee
from meetings.replies.party_domains import is_party_address, share_domain
from parties.models import Person

LEAST_NAMES = 2  # words of a name that must agree: there are many people called Anna


def is_own_organisation(invitee: Invitee, address: str) -> bool:
    """Return whether an address is at one of the party's domains, or at the same domain as the person's own."""
    return is_party_address(invitee, address) or share_domain(invitee.email.lower(), address)


def is_under_own_name(invitee: Invitee, mail: Mail) -> bool:
    """Return whether a letter comes from the person's organisation, under their name, and from nobody else we know."""
    if not is_own_organisation(invitee, mail.sender) or not has_name(mail.sender_name, invitee.name):
        return False
    listed = Invitee.objects.filter(meeting=invitee.meeting_id, email__iexact=mail.sender)
    others = Person.objects.filter(email__iexact=mail.sender).exclude(pk=invitee.person_id or 0)
    return not (listed.exclude(pk=invitee.pk).exists() or others.exists())


def has_name(written: str, name: str) -> bool:
    """Return whether every word of a name stands in what is written, in any order: "Ek, Anna (Kultur)" is Anna Ek."""
    words = name_words(name)
    return len(words) >= LEAST_NAMES and words <= name_words(written)


def name_words(text: str) -> set[str]:
    return set(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))
