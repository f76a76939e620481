"""Encryption at rest with settings.LETTER_KEYS: the first key encrypts, every key in the list still decrypts."""

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
    """Return the bytes encrypted and authenticated (Fernet) with the first key."""
    return _keys(tuple(settings.LETTER_KEYS)).encrypt(data)


def decrypt(data: bytes | memoryview) -> bytes:
    """Return the bytes that were encrypted.

    Raise cryptography.fernet.InvalidToken if they were changed or no key fits.
    """
    return _keys(tuple(settings.LETTER_KEYS)).decrypt(bytes(data))


def encrypt_text(text: str) -> str:
    """Return the text encrypted, as ASCII."""
    return encrypt(text.encode()).decode()


def decrypt_text(text: str) -> str:
    """Return the text that `encrypt_text` encrypted. Raise InvalidToken as `decrypt` does."""
    return decrypt(text.encode()).decode()
