"""A letter's bytes at rest: packed first, because the database writes every byte more than once, then sealed."""

import zlib

from dialog_portal.base.encryption import decrypt, encrypt

QUICK = 1  # the level that costs less than what it saves
PACKED = b"\x78"  # how every packed text begins; a letter begins with the name of a header


def close(raw: bytes) -> bytes:
    """What is stored of a letter."""
    return encrypt(zlib.compress(raw, QUICK))


def open_up(sealed: bytes | memoryview) -> bytes:
    """The letter, the very same bytes; raises cryptography.fernet.InvalidToken when they were changed."""
    data = decrypt(sealed)
    return zlib.decompress(data) if data.startswith(PACKED) else data
