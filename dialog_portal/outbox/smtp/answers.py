"""What a mail server's answer means for the letter: a table, read from the top; the first row that fits decides."""

import re
from dataclasses import dataclass

from dialog_portal.outbox.models import Outcome

ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
LONGEST_TEXT = 500
# The key of a link of ours; filters like to quote the link that they dislike
KEY_IN_LINK = re.compile(r"/[\w-]{30,}", re.ASCII)


@dataclass(frozen=True)
class Result:
    """How one try ended: what it means, the server's code and its own words."""

    outcome: Outcome
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class Row:
    """In these stages of the conversation, this code and this enhanced code mean that."""

    stages: frozenset[str]
    code: re.Pattern[str]
    enhanced: re.Pattern[str]
    outcome: Outcome


def row(stages: str, code: str, enhanced: str, outcome: Outcome) -> Row:
    return Row(frozenset(stages.split()), re.compile(code), re.compile(enhanced), outcome)


ANY, NONE = "", "$"  # whatever it says, and when it says nothing
TABLE = (
    row("connect", ANY, ANY, Outcome.HOST),
    row("login", "4", ANY, Outcome.HOST),
    row("login", ANY, ANY, Outcome.POLICY),
    row("mail rcpt data text", "421|432", ANY, Outcome.HOST),
    row("mail", "4", ANY, Outcome.HOST),
    row("mail", "5", ANY, Outcome.POLICY),
    row("rcpt data text", "4", ANY, Outcome.SOFT),
    row("rcpt data text", "5", r"5\.7\.", Outcome.POLICY),
    # It is the sender's address that it will not have
    row("rcpt data text", "5", r"5\.1\.[78]$", Outcome.POLICY),
    row("rcpt data text", "5", r"5\.1\.", Outcome.ADDRESS),
    row("rcpt data text", "5", r"5\.2\.2$", Outcome.SOFT),  # a full mailbox: somebody may empty it in time
    row("rcpt data text", "5", r"5\.2\.", Outcome.MAILBOX),
    # How Exchange Online says no such user and no such domain
    row("rcpt", "5", r"5\.4\.(1|4|310)$", Outcome.ADDRESS),
    row("rcpt", "552", NONE, Outcome.SOFT),  # without more words RFC 5321 means the recipient's storage by it
    row("rcpt data text", "530|535|538|552|554", ANY, Outcome.POLICY),
    row("rcpt", "5", NONE, Outcome.ADDRESS),
    row("rcpt", "5", r"5\.0\.", Outcome.ADDRESS),
    row("rcpt", "5", ANY, Outcome.POLICY),
    row("data text", "5", ANY, Outcome.POLICY),
    row("mail rcpt data", ANY, ANY, Outcome.HOST),  # it broke off, or said something no server says
    row("text", ANY, ANY, Outcome.UNKNOWN),  # it had the letter, and we do not know what became of it
)


def readable(words: bytes | str) -> str:
    """Return a server's words as text that every database can store, without NUL and not too long, and all staff read.

    The keys of our links are left out: whoever reads why a letter failed must not get in by the link in it.
    """
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return KEY_IN_LINK.sub("/…", text.replace("\0", ""))[:LONGEST_TEXT]


def classify(stage: str, code: int | str, text: str) -> Result:
    """The meaning of an answer, or of silence (an empty code), at one stage of the conversation."""
    said, found = str(code), ENHANCED.search(text[:40])
    enhanced = found.group(1) if found else ""
    for each in TABLE:
        if stage in each.stages and each.code.match(said) and each.enhanced.match(enhanced):
            return Result(each.outcome, said, text[:LONGEST_TEXT])
    raise ValueError(f"no row for stage {stage!r}")
