"""Personal links never reach a log: what follows their paths is masked, and what looks like a token elsewhere."""

import logging
import re

from dialog_portal.links.addresses import SECRET_PATHS

LONGEST = 300  # characters of a line that a stranger can make us write

# Everything after such a path to the end of the address, however it was mistyped; blanks may stand in it
PATHS = "|".join(re.escape(path.removeprefix("konto/")) for path in SECRET_PATHS)
SECRET = re.compile(rf"\b({PATHS})(.*(?= HTTP/\d)|.*)", re.IGNORECASE)
ADDRESS = re.compile(r'/[^"\n]*')
LONG = re.compile(r"[A-Za-z0-9_-]{30,}")  # a token under any other path


def mask(text: str) -> str:
    """The text with tokens replaced by dots."""
    kept = SECRET.sub(lambda found: found[1] + ("…" if found[2] else ""), text)
    return ADDRESS.sub(lambda found: LONG.sub("…", found[0]), kept)


class MaskTokens(logging.Filter):
    """Masks the finished message of each record, and of the exception that may follow it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True


class Untraced(logging.Filter):
    """Leaves one short line of what strangers cause at will: where our code stood then tells nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage()[:LONGEST], None
        record.exc_info = record.exc_text = record.stack_info = None
        return True
