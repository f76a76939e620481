"""Encryption at rest with keys that lie outside the database; the first key seals, all of them open."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    digests = (hashlib.sha256(b"letter" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(data: bytes) -> bytes:
    """Encrypted and signed bytes."""
    return _keys(tuple(settings.LETTER_KEYS)).encrypt(data)


def unseal(data: bytes | memoryview) -> bytes:
    """The bytes that were sealed; raises cryptography.fernet.InvalidToken when they were changed."""
    return _keys(tuple(settings.LETTER_KEYS)).decrypt(bytes(data))


def seal_text(text: str) -> str:
    return seal(text.encode()).decode()


def unseal_text(text: str) -> str:
    return unseal(text.encode()).decode()
