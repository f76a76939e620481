"""Create, find, revoke, renew and prolong personal links, and make the tokens that letters carry.

A token is 42 characters: key id (1 byte), public id (10 bytes) and the first 160 bits of an HMAC over purpose, public
id and version. The keys come from settings.LINK_KEYS, so nobody can make a token from a dump or a backup of the
database alone. The first key signs and the others are still accepted, so links in old letters work after a key change.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from dialog_portal.links.models import ID_BYTES, Link
from dialog_portal.links.purposes import LinkPurpose

PROOF_BYTES = 20
TOKEN_LENGTH = 42  # characters: base64 of 1 + ID_BYTES + PROOF_BYTES bytes, without padding
NO_LINK = Link(public_id="0" * 2 * ID_BYTES, purpose="", version=0)  # compared with when no link was found


def mint_link(purpose: LinkPurpose, expires_at: datetime) -> Link:
    """Create and return a link that is valid for one purpose until `expires_at`."""
    return Link.objects.create(purpose=purpose, expires_at=expires_at)


def token_for(link: Link) -> str:
    """Return the token of a link; it stays the same until the link is renewed or the first key is changed."""
    key = settings.LINK_KEYS[0]
    raw = key_id(key) + bytes.fromhex(link.public_id) + token_proof(key, link)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def find_link(text: str, purpose: LinkPurpose) -> Link | None:
    """Return the link of a token if it is valid now for this purpose, otherwise None.

    The same work is done whatever is wrong, so the time it takes does not show why a token was refused.
    """
    raw = decode_token(text)
    public = raw[1 : 1 + ID_BYTES].hex()
    link = Link.objects.filter(public_id=public, purpose=purpose).first()
    # A list and not a generator: every key is tried, also after one has matched
    proofs = [is_signed_with(raw, key, link or NO_LINK) for key in settings.LINK_KEYS]
    return link if link and any(proofs) and link.is_valid_at(timezone.now()) else None


def revoke_link(link: Link) -> None:
    """Make a link invalid for good. Revoking it again keeps the first time of revocation."""
    Link.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    link.refresh_from_db(fields=["revoked_at"])


def renew_link(link: Link) -> Link:
    """Make every earlier token of the link invalid and return the link; `token_for` returns its new token."""
    Link.objects.filter(pk=link.pk).update(version=F("version") + 1)
    link.refresh_from_db()
    return link


def prolong_links(links: Iterable[Link], expires_at: datetime) -> None:
    """Set another end of validity for the links, for example when a meeting has moved."""
    Link.objects.filter(pk__in=[link.pk for link in links]).update(expires_at=expires_at)


def decode_token(text: str) -> bytes:
    """Return the bytes of a well-formed token, and zeros for any other text.

    Base64 can write the same bytes in several ways; only the way that `token_for` writes them is accepted.
    """
    try:
        raw = base64.b64decode(text.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    canonical = len(text) == TOKEN_LENGTH and base64.urlsafe_b64encode(raw).decode().rstrip("=") == text
    return raw if canonical else bytes(1 + ID_BYTES + PROOF_BYTES)


def is_signed_with(raw: bytes, key: str, link: Link) -> bool:
    """Return whether this token of this link was made with the key; takes the same time for any answer."""
    return hmac.compare_digest(raw, key_id(key) + bytes.fromhex(link.public_id) + token_proof(key, link))


def key_id(key: str) -> bytes:
    """Return one byte that names the key, so that a token of a removed key can be distinguished from a forged one."""
    return hashlib.sha256(b"link key id" + key.encode()).digest()[:1]


def token_proof(key: str, link: Link) -> bytes:
    """Return the first PROOF_BYTES bytes of the HMAC-SHA256 over the link's purpose, public id and version."""
    secret = hashlib.sha256(b"link" + key.encode()).digest()
    said = f"{link.purpose}|{link.public_id}|{link.version}".encode()
    return hmac.digest(secret, said, "sha256")[:PROOF_BYTES]
