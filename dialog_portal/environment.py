"""Environment variables, read once and typed. A missing or wrong one stops the start with one clear sentence."""

import json
import os
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "ja"}, {"0", "false", "no", "nej", ""}
OWN_MACHINE = {"127.0.0.1", "::1", "localhost"}
XOAUTH2 = "auth=xoauth2"
RESERVED_SIGNS = "Write : / ? # @ % in a user name or a password as %3A %2F %3F %23 %40 %25."


class Environment:
    """Typed access to environment variables; each method raises ImproperlyConfigured for a wrong value."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self.values = values

    def text(self, name: str, default: str | None = None) -> str:
        """Return a variable's value without surrounding blanks; without a default the variable is required."""
        value = self.values.get(name, "").strip() or default
        if value is None:
            raise ImproperlyConfigured(f"The environment variable {name} is missing. See .env.example.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return True for 1, true, yes or ja, and False for 0, false, no, nej or nothing; case is ignored."""
        value = self.values.get(name, str(default)).strip().lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
        return value in TRUE

    def number(self, name: str, default: int) -> int:
        """Return a whole number from 0."""
        value = self.text(name, str(default))
        if not value.isdecimal():
            raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
        return int(value)

    def words(self, name: str, default: str = "") -> list[str]:
        """Return the parts of a list separated by commas, without empty parts."""
        return [word.strip() for word in self.text(name, default or "").split(",") if word.strip()]


def check_production(base_url: str, allowed_hosts: list[str], redis_url: str) -> None:
    """Refuse to start in production with a setting that is good enough for development only.

    What is missing altogether, `Environment.text` has refused before. Raise ImproperlyConfigured.
    """
    if not allowed_hosts or "*" in allowed_hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the portal's own hosts, and never '*'.")
    if not base_url.startswith("https://"):
        raise ImproperlyConfigured(
            "BASE_URL must begin with https:// in production: cookies travel over nothing else."
        )
    if not redis_url:
        raise ImproperlyConfigured("REDIS_URL is missing: several processes need one broker and one cache.")


def database_settings(url: str, var: Path) -> dict[str, object]:
    """Return Django's settings for a database URL, postgresql:// or sqlite:///; an empty one means SQLite in `var`.

    Raise ImproperlyConfigured for any other scheme.
    """
    if not url:
        return sqlite_settings(var / "dialog.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite_settings(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// or sqlite:///.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **query},
    }


def sqlite_settings(path: Path) -> dict[str, object]:
    """Return Django's settings for SQLite: one writer at a time, readers never wait, commits are on disk (fsync)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000",
        },
    }


def mail_settings(url: str, oauth: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return the SMTP server of a URL: `smtp://user:password@host:port`, or with smtp+tls or smtps.

    An empty URL returns an empty dictionary: letters stay in the outbox. Raise ImproperlyConfigured for a wrong URL.
    """
    if not url:
        return {}
    found = split_mail_url("MAIL_URL", url, oauth or {})
    if found.scheme not in {"smtp", "smtp+tls", "smtps"} or not found.host or found.folder:
        raise ImproperlyConfigured("MAIL_URL must look like smtp+tls://user:password@host:587.")
    if found.oauth and found.scheme == "smtp" and found.host not in OWN_MACHINE:
        raise ImproperlyConfigured("MAIL_URL: a token is sent over TLS only. Use smtp+tls:// or smtps://.")
    return {
        "host": found.host,
        "port": found.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[found.scheme],
        "user": found.user,
        "password": found.password,
        "oauth": found.oauth,
        "security": {"smtp": "none", "smtp+tls": "starttls", "smtps": "tls"}[found.scheme],
    }


def mailbox_settings(url: str, oauth: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return the IMAP mailbox for replies and bounces of a URL: `imaps://user:password@host/INBOX`.

    An empty URL returns an empty dictionary: only people read the mailbox. Unencrypted imap:// is allowed on this
    machine only, for the tests' own server. Raise ImproperlyConfigured for a wrong URL.
    """
    if not url:
        return {}
    found = split_mail_url("MAILBOX_URL", url, oauth or {})
    own = found.scheme == "imap" and found.host in OWN_MACHINE
    if not (own or found.scheme == "imaps") or not (found.host and found.user):
        raise ImproperlyConfigured("MAILBOX_URL must look like imaps://user:password@host:993/INBOX.")
    if not found.folder.isascii():
        raise ImproperlyConfigured("MAILBOX_URL: write a folder as the server does, in ASCII: &AMU-terbud.")
    return {
        "host": found.host,
        "port": found.port or (143 if own else 993),
        "tls": not own,
        "user": found.user,
        "password": found.password,
        "oauth": found.oauth,
        "folder": found.folder or "INBOX",
    }


@dataclass(frozen=True)
class MailUrl:
    """What a MAIL_URL or MAILBOX_URL says; `oauth` holds the credentials for a token when it asks for XOAUTH2."""

    scheme: str
    host: str
    port: int | None
    user: str
    password: str
    folder: str
    oauth: dict[str, str]


def split_mail_url(name: str, url: str, oauth: Mapping[str, str]) -> MailUrl:
    """Return the parts of a mail server's URL. Raise ImproperlyConfigured when nobody could sign in with it."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be read. {RESERVED_SIGNS}") from error
    if parts.fragment or parts.query not in ("", XOAUTH2):
        raise ImproperlyConfigured(f"{name}: nothing but ?{XOAUTH2} may follow a ?. {RESERVED_SIGNS}")
    words = (parts.username or "", parts.password or "", parts.path.strip("/"))
    user, password, folder = (decode_part(name, word) for word in words)
    must_be_able_to_sign_in(name, user, password, oauth, with_token=bool(parts.query))
    return MailUrl(parts.scheme, host, port, user, password, folder, dict(oauth) if parts.query else {})


def decode_part(name: str, written: str) -> str:
    """Return a part of a URL with its %-signs read. Refuse what is not UTF-8, and characters that nobody sees."""
    try:
        text = unquote(written, errors="strict")
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{name} must be UTF-8: ö is written ö or %C3%B6, not %F6.") from error
    if any(unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} for char in text):
        raise ImproperlyConfigured(f"{name} holds a control character, or one that nobody sees.")
    return text


def must_be_able_to_sign_in(
    name: str, user: str, password: str, oauth: Mapping[str, str], *, with_token: bool
) -> None:
    """Refuse a user without a password, a password without a user, and a token without what it is fetched with."""
    if not with_token and bool(user) != bool(password):
        raise ImproperlyConfigured(f"{name} needs both a user and a password, or ?{XOAUTH2} and no password.")
    if with_token and (password or not user):
        raise ImproperlyConfigured(f"{name} with ?{XOAUTH2} needs a user and no password.")
    if with_token and not oauth:
        raise ImproperlyConfigured(f"{name} with ?{XOAUTH2} needs MAIL_OAUTH_URL. See .env.example.")


def oauth_settings(url: str, *, client: str, secret: str, scope: str) -> dict[str, str]:
    """Return the credentials for tokens of mail servers, an empty dictionary without a URL of the token service.

    Raise ImproperlyConfigured when one is missing, or when the service's address is not https (this machine's may be).
    """
    if not url:
        return {}
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
    if not host or not (scheme == "https" or (scheme == "http" and host in OWN_MACHINE)):
        raise ImproperlyConfigured("MAIL_OAUTH_URL must begin with https://.")
    if not client or not secret:
        raise ImproperlyConfigured("MAIL_OAUTH_URL needs MAIL_OAUTH_CLIENT and MAIL_OAUTH_SECRET.")
    return {"url": url, "client": client, "secret": secret, "scope": scope}


def development_keys(path: Path) -> dict[str, str]:
    """Return the keys of a development machine; they are made at the first start, in a file with mode 0600."""
    names = ("SECRET_KEY", "LINK_KEY", "LETTER_KEY")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({name: secrets.token_urlsafe(48) for name in names}))
        try:
            os.link(fresh, path)  # two processes may start together: the keys of the first one are used
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    keys: dict[str, str] = json.loads(path.read_text())
    return keys
