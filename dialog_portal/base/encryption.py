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


def encrypt(data: bytes) -> bytes:
    """Encrypted and signed bytes."""
    return _keys(tuple(settings.LETTER_KEYS)).encrypt(data)


def decrypt(data: bytes | memoryview) -> bytes:
    """The bytes that were sealed; raises cryptography.fernet.InvalidToken when they were changed."""
    return _keys(tuple(settings.LETTER_KEYS)).decrypt(bytes(data))


def encrypt_text(text: str) -> str:
    return encrypt(text.encode()).decode()


def decrypt_text(text: str) -> str:
    return decrypt(text.encode()).decode()
