"""A letter's bytes at rest: packed first, because the database writes every byte more than once, then encrypted."""

import zlib

from dialog_portal.base import encryption

COMPRESSION_LEVEL = 1  # the level that costs less than what it saves
ZLIB_START = b"\x78"  # how every packed text begins; a letter begins with the name of a header


def encrypt_letter(raw: bytes) -> bytes:
    """Return what is stored of a letter."""
    return encryption.encrypt(zlib.compress(raw, COMPRESSION_LEVEL))


def decrypt_letter(encrypted: bytes | memoryview) -> bytes:
    """Return the letter, the very same bytes; raise cryptography.fernet.InvalidToken if they were changed."""
    data = encryption.decrypt(encrypted)
    return zlib.decompress(data) if data.startswith(ZLIB_START) else data
