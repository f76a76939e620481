"""Log filters that mask personal links: everything after SECRET_PATHS, and what looks like a token in other paths."""

import logging
import re

from dialog_portal.links.addresses import SECRET_PATHS, SIGN_IN_PATH

MAX_LINE_LENGTH = 300  # characters of a log line that strangers can cause

# The path and everything after it to the end of the address, which may be mistyped and contain blanks
SECRET_PATH_CHOICES = "|".join(re.escape(path.removeprefix(SIGN_IN_PATH)) for path in SECRET_PATHS)
SECRET_PATH = re.compile(rf"\b({SECRET_PATH_CHOICES})(.*(?= HTTP/\d)|.*)", re.IGNORECASE)
ANY_PATH = re.compile(r'/[^"\n]*')
TOKEN_LIKE = re.compile(r"[A-Za-z0-9_-]{30,}")  # 30 characters or more: tokens are 42, and may be cut off


def mask_tokens(text: str) -> str:
    """Return the text with every token replaced by "…"."""
    kept = SECRET_PATH.sub(lambda found: found[1] + ("…" if found[2] else ""), text)
    return ANY_PATH.sub(lambda found: TOKEN_LIKE.sub("…", found[0]), kept)


class MaskTokens(logging.Filter):
    """Log filter: mask the tokens in a record's formatted message and in its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_tokens(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask_tokens(logging.Formatter().formatException(record.exc_info))
        return True


class WithoutTraceback(logging.Filter):
    """Log filter: shorten the message to MAX_LINE_LENGTH and drop the traceback.

    For errors that strangers can cause as often as they like; where our code was at that time says nothing useful.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage()[:MAX_LINE_LENGTH], None
        record.exc_info = record.exc_text = record.stack_info = None
        return True
