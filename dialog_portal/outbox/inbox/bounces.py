"""Letters that come back: each leaves with a return address of its own, signed, so that no report can be made up.

The address is `studs+<letter>.<proof>@domain`; the letter's name is the one in its Message-ID. Reports are read as
RFC 3464 has them, and nothing is guessed from free text.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from email.message import Message

from django.conf import settings

from dialog_portal.outbox import mime
from dialog_portal.outbox.inbox.incoming_letter import Mail, to_one_line
from dialog_portal.outbox.smtp.answers import is_about_us, readable

PREFIX = "studs+"
BOUNCE_PROOF_BYTES = 10  # bytes
RETURN_ADDRESS = re.compile(r"studs\+(?P<letter>[0-9a-f]{32})\.(?P<proof>[0-9a-f]{20})@", re.IGNORECASE)
REPORTS = ("message/delivery-status", "message/global-delivery-status")
REPORT_FIELD = re.compile(r"^(?P<name>[!-9;-~]+):[ \t]*(?P<value>.*(?:\n[ \t].*)*)$", re.MULTILINE)
STATUS = re.compile(r"\b(?P<status>[245]\.\d{1,3}\.\d{1,3})\b")
REASONS = tuple(
    (re.compile(status), reason)
    for status, reason in (
        (r"5\.1\.", "adressen finns inte"),
        (r"[45]\.2\.2$", "brevlådan är full"),
        (r"5\.2\.1$", "brevlådan är stängd"),
        (r"5\.[23]\.[34]$", "brevet är för stort för mottagaren"),
        (r"5\.4\.", "mottagarens server gick inte att nå"),
        (r"4\.4\.", "mottagarens server svarade inte"),
        (r"4\.7\.", "mottagarens server vill vänta med brevet"),
    )
)
REFUSES_US = "servern tar inte emot brev från oss"


@dataclass(frozen=True)
class Report:
    """What a server says became of a letter. Action is failed, delayed, delivered, relayed or expanded."""

    action: str
    status: str
    words: str

    @property
    def reason(self) -> str:
        """The status in Swedish; what no table knows is just not delivered."""
        if self.action == "failed" and self.is_about_us:
            return REFUSES_US
        known = (reason for code, reason in REASONS if code.match(self.status))
        return next(known, "det gick inte att lämna")

    @property
    def is_about_us(self) -> bool:
        """Whether it is letters from us that the server will not have, so that nothing is wrong with the address."""
        return is_about_us(self.status, self.words)


def return_address(message_id: str) -> str:
    """The envelope sender of the letter with this Message-ID; MAIL_FROM when nobody reads what comes back."""
    if not settings.MAILBOX:
        return str(settings.MAIL_FROM)
    letter = message_id.strip("<>").partition("@")[0]
    domain = mime.machine_address(settings.MAIL_FROM).rpartition("@")[2]
    return f"{PREFIX}{letter}.{return_address_proof(settings.LETTER_KEYS[0], letter)}@{domain}"


def return_address_proof(key: str, letter: str) -> str:
    """What only the portal can write behind a letter's name."""
    secret = hashlib.sha256(b"bounce" + key.encode()).digest()
    return hmac.digest(secret, letter.encode(), "sha256")[:BOUNCE_PROOF_BYTES].hex()


def letter_of_return_address(address: str) -> tuple[str, bool] | None:
    """The letter that a return address names and whether the proof is ours; nothing for any other address."""
    found = RETURN_ADDRESS.match(address)
    if found is None:
        return None
    letter, given = found["letter"].lower(), found["proof"].lower()
    return letter, any(
        hmac.compare_digest(given, return_address_proof(key, letter)) for key in settings.LETTER_KEYS
    )


def delivery_report(mail: Mail) -> Report | None:
    """What a delivery report says; nothing when the letter is no report."""
    if mail.message.get_content_type() != "multipart/report":
        return None
    found = [
        one for part in mail.parts(*REPORTS) if (one := recipient_report(report_fields(report_source(part))))
    ]
    worst = [one for action in ("failed", "delayed") for one in found if one.action == action]
    return next(iter(worst or found), None)


def report_source(part: Message) -> str:
    """A report as it was written: the standard library takes it for a row of small letters."""
    inner = part.get_payload()
    blocks = inner if isinstance(inner, list) else [part]
    written = b"\n".join(one.as_bytes() for one in blocks if isinstance(one, Message))
    return written.decode("utf-8", "replace").replace("\r\n", "\n")


def report_fields(written: str) -> dict[str, str]:
    """The last value of each field, in small letters: what is said of the recipient stands after what is general."""
    return {
        found["name"].lower(): to_one_line(found["value"], 500) for found in REPORT_FIELD.finditer(written)
    }


def recipient_report(said: dict[str, str]) -> Report | None:
    """One recipient's fields as a report; what neither says an action nor a status is none."""
    words = re.sub(r"^[a-z-]+; ?", "", said.get("diagnostic-code", ""), flags=re.IGNORECASE)
    coded = STATUS.search(said.get("status", "")) or STATUS.search(words)
    status = coded["status"] if coded else ""
    given = said.get("action", "").split(" ")[0].strip(";,").lower()
    action = given or {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1], "")
    return Report(action, status, readable(words)[:300]) if action else None
