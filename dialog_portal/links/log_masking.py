"""Personal links never reach a log: what follows their paths is masked, and what looks like a token elsewhere."""

import logging
import re

from dialog_portal.links.addresses import SECRET_PATHS

MAX_LINE_LENGTH = 300  # characters of a line that a stranger can make us write

# Everything after such a path to the end of the address, however it was mistyped; blanks may stand in it
PATHS = "|".join(re.escape(path.removeprefix("konto/")) for path in SECRET_PATHS)
SECRET_PATH = re.compile(rf"\b({PATHS})(.*(?= HTTP/\d)|.*)", re.IGNORECASE)
ANY_PATH = re.compile(r'/[^"\n]*')
TOKEN_LIKE = re.compile(r"[A-Za-z0-9_-]{30,}")  # a token under any other path


def mask(text: str) -> str:
    """The text with tokens replaced by dots."""
    kept = SECRET_PATH.sub(lambda found: found[1] + ("…" if found[2] else ""), text)
    return ANY_PATH.sub(lambda found: TOKEN_LIKE.sub("…", found[0]), kept)


class MaskTokens(logging.Filter):
    """Masks the finished message of each record, and of the exception that may follow it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True


class WithoutTraceback(logging.Filter):
    """Leaves one short line of what strangers cause at will: where our code stood then tells nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage()[:MAX_LINE_LENGTH], None
        record.exc_info = record.exc_text = record.stack_info = None
        return True
