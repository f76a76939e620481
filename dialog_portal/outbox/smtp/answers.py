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
    """In these stages of the conversation, this code, this enhanced code and these words mean that."""

    stages: frozenset[str]
    code: re.Pattern[str]
    enhanced: re.Pattern[str]
    outcome: Outcome
    words: re.Pattern[str]


def row(stages: str, code: str, enhanced: str, outcome: Outcome, words: str = "") -> Row:
    return Row(
        frozenset(stages.split()),
        re.compile(code),
        re.compile(enhanced),
        outcome,
        re.compile(words, re.IGNORECASE),
    )


ANY, NONE = "", "$"  # whatever it says, and when it says nothing
# What servers say when it is us, our address or our server that they will not have, whatever code they say it with
WORDS_ABOUT_US = (
    r"send\s?as\s?denied|not allowed to send|send on behalf|storedrv\.submission",
    r"relay(ing)? (access )?(is )?(denied|not (permitted|allowed)|prohibited)|unable to relay|to relay\b",
    r"authentication (is )?required|must authenticate|not authenticated|authenticate first",
    r"sender( address| domain| verif\w+)?:? (is )?(rejected|denied|refused|not allowed|invalid|blocked|failed)",
    r"client host|\bhelo\b|\behlo\b|reverse (dns|hostname)|\bptr\b|\b(spf|dkim|dmarc)\b",
    r"black\s?list|block\s?list|spamhaus|reputation|banned|your (ip|server|host|domain)",
)
ABOUT_US = "|".join(WORDS_ABOUT_US)
# The sender's address (5.1.7 and 5.1.8), Exchange Online's number for SendAsDenied, and every refusal by policy
STATUS_ABOUT_US = r"5\.(1\.[78]$|2\.252$|7\.)"
TABLE = (
    row("connect", "5", ANY, Outcome.POLICY),
    row("connect", ANY, ANY, Outcome.HOST),
    row("login", "4", ANY, Outcome.HOST),
    row("login", ANY, ANY, Outcome.POLICY),
    row("mail rcpt data text", "421|432", ANY, Outcome.HOST),
    row("mail", "4", ANY, Outcome.HOST),
    row("mail", "5", ANY, Outcome.POLICY),
    row("rcpt data text", "4", ANY, Outcome.HOST, ABOUT_US),  # for now: its fault is tried again by itself
    row("rcpt data text", "4", ANY, Outcome.SOFT),
    row("rcpt data text", "5", ANY, Outcome.POLICY, ABOUT_US),
    row("rcpt data text", "5", STATUS_ABOUT_US, Outcome.POLICY),
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


def is_about_us(status: str, words: str) -> bool:
    """Return whether a report about a letter that came back says that the server will not have letters from us."""
    return bool(re.match(STATUS_ABOUT_US, status) or re.search(ABOUT_US, words, re.IGNORECASE))


def enhanced_code(text: str) -> str:
    """Return the enhanced code that an answer begins with, as 5.1.1; empty when it has none."""
    found = ENHANCED.search(text[:40])
    return found.group(1) if found else ""


def classify(stage: str, code: int | str, text: str) -> Result:
    """The meaning of an answer, or of silence (an empty code), at one stage of the conversation."""
    said, enhanced = str(code), enhanced_code(text)
    for each in TABLE:
        if (
            stage in each.stages
            and each.code.match(said)
            and each.enhanced.match(enhanced)
            and each.words.search(text)
        ):
            return Result(each.outcome, said, text[:LONGEST_TEXT])
    raise ValueError(f"no row for stage {stage!r}")
