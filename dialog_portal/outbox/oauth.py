"""Access tokens for mail servers that take no passwords, such as Exchange Online (OAuth 2.0, RFC 6749, 4.4).

The portal signs in to the organisation's token service with credentials of its own, which are no person's, and shows
the mail server the token that it gets (XOAUTH2). A token is kept in memory until shortly before it ends.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from dialog_portal.outbox.inbox.incoming_letter import to_one_line

TOKEN_SECONDS = 20  # seconds for the token service to answer
SPARE_SECONDS = 300  # seconds before its end when a token is no longer used
SHORTEST_LIFE = (
    60  # seconds that a token is used at least, also when the service does not say how long it lives
)
MAX_ANSWER_BYTES = 64 * 1024
CREDENTIALS_REFUSED = (
    "Tokentjänsten godtar inte portalens uppgifter, kontrollera MAIL_OAUTH_CLIENT och MAIL_OAUTH_SECRET: {}"
)

_kept: dict[tuple[str, ...], tuple[str, float]] = {}


class TokenRefused(Exception):
    """The token service gives no token; the message is a Swedish sentence that says why."""


def access_token(oauth: Mapping[str, str]) -> str:
    """Return a token that is valid now. Raise TokenRefused, or OSError when the service cannot be reached."""
    key = tuple(oauth.values())
    token, until = _kept.get(key, ("", 0.0))
    if time.monotonic() >= until:
        token, life = fetch_token(oauth)
        _kept[key] = token, time.monotonic() + max(life - SPARE_SECONDS, SHORTEST_LIFE)
    return token


def forget_token(oauth: Mapping[str, str]) -> None:
    """Fetch a new token the next time, because the mail server would not take this one."""
    _kept.pop(tuple(oauth.values()), None)


def fetch_token(oauth: Mapping[str, str]) -> tuple[str, int]:
    """Ask the token service for a token; return it with its life in seconds."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": oauth["client"],
        "client_secret": oauth["secret"],
        "scope": oauth["scope"],
    }
    body = urllib.parse.urlencode({name: value for name, value in fields.items() if value}).encode()
    try:
        with urllib.request.urlopen(oauth["url"], body, TOKEN_SECONDS) as answer:  # noqa: S310 https, see environment.py
            said = read_answer(answer)
    except urllib.error.HTTPError as refusal:
        if refusal.code >= 500:
            raise
        with refusal:
            said = read_answer(refusal)
    token = said.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token:
        reason = f"{said.get('error', 'inget skäl')} {said.get('error_description', '')}"
        raise TokenRefused(CREDENTIALS_REFUSED.format(to_one_line(reason)))
    return token, life_of(said)


def read_answer(answer: Any) -> dict[str, Any]:
    """Return what the service said; an empty dictionary when it is not JSON."""
    try:
        said = json.loads(answer.read(MAX_ANSWER_BYTES))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def life_of(said: Mapping[str, Any]) -> int:
    """Return how many seconds a token lives, 0 when the service does not say."""
    life = str(said.get("expires_in", ""))
    return int(life) if life.isascii() and life.isdecimal() and len(life) < 10 else 0


def xoauth2(user: str, token: str) -> str:
    """Return what the client says in the mechanism XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
