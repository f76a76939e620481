"""Making, finding and closing personal links.

A token is 42 characters: key-id (1 byte), public id (10 bytes) and the first 160 bits of an HMAC over purpose, public
id and version. The keys come from settings.LINK_KEYS, so neither a dump of the database nor a backup opens anything.
The first key signs; the others are still accepted, so that a key is changed without killing the links in old letters.
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

from dialog_portal.links.models import Link
from dialog_portal.links.purposes import LinkPurpose

ID_BYTES, PROOF_BYTES = 10, 20  # bytes
TOKEN_LENGTH = 42  # characters of a token
NO_LINK = Link(public_id="0" * 2 * ID_BYTES, purpose="", version=0)  # measured against when nothing was found


def mint_link(purpose: LinkPurpose, expires_at: datetime) -> Link:
    """A new link for one purpose, until a time."""
    return Link.objects.create(purpose=purpose, expires_at=expires_at)


def token_for(link: Link) -> str:
    """The text that stands in the letter; the same each time, until the link is renewed or the first key is changed."""
    key = settings.LINK_KEYS[0]
    raw = key_id(key) + bytes.fromhex(link.public_id) + token_proof(key, link)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def find_link(text: str, purpose: LinkPurpose) -> Link | None:
    """The link of a token if it works now for this purpose; else nothing, after the same work whatever was wrong."""
    raw = decode_token(text)
    public = raw[1 : 1 + ID_BYTES].hex()
    link = Link.objects.filter(public_id=public, purpose=purpose).first()
    # All of them, also after a match
    proofs = [is_signed_with(raw, key, link or NO_LINK) for key in settings.LINK_KEYS]
    return link if link and any(proofs) and link.works(timezone.now()) else None


def revoke_link(link: Link) -> None:
    """Close a link for good; closing it twice changes nothing."""
    Link.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    link.refresh_from_db(fields=["revoked_at"])


def renew_link(link: Link) -> Link:
    """Make every older token of the link worthless; `token` gives the new one."""
    Link.objects.filter(pk=link.pk).update(version=F("version") + 1)
    link.refresh_from_db()
    return link


def prolong_links(links: Iterable[Link], expires_at: datetime) -> None:
    """Let links live until another time, as when a meeting has moved."""
    Link.objects.filter(pk__in=[link.pk for link in links]).update(expires_at=expires_at)


def decode_token(text: str) -> bytes:
    """The bytes of a well-formed token; zeros for anything else, also for a second spelling of the same bytes."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    canonical = len(text) == TOKEN_LENGTH and base64.urlsafe_b64encode(raw).decode().rstrip("=") == text
    return raw if canonical else bytes(1 + ID_BYTES + PROOF_BYTES)


def is_signed_with(raw: bytes, key: str, link: Link) -> bool:
    """Whether a key made this token for this link, in constant time."""
    return hmac.compare_digest(raw, key_id(key) + bytes.fromhex(link.public_id) + token_proof(key, link))


def key_id(key: str) -> bytes:
    """One byte that says which key signed, so that a token made with a lost key can be told from a forged one."""
    return hashlib.sha256(b"link key id" + key.encode()).digest()[:1]


def token_proof(key: str, link: Link) -> bytes:
    secret = hashlib.sha256(b"link" + key.encode()).digest()
    said = f"{link.purpose}|{link.public_id}|{link.version}".encode()
    return hmac.digest(secret, said, "sha256")[:PROOF_BYTES]
