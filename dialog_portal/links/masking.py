"""Personal links never reach a log: whatever looks like a token after a guest address is masked."""

import logging
import re

LONGEST = 300  # characters of a line that a stranger can make us write

TOKEN = re.compile(r"(/(?:svar|synpunkter|inbjudan|losenord/nytt)/)[A-Za-z0-9_-]{20,}")


def mask(text: str) -> str:
    """The text with tokens replaced by dots."""
    return TOKEN.sub(r"\1…", text)


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
