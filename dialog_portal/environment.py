"""Environment variables, read once and typed. A missing or wrong one stops the start with one clear sentence."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "ja"}, {"0", "false", "no", "nej", ""}


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


def cache_settings(redis_url: str) -> dict[str, dict[str, object]]:
    """Return Django's settings for the caches: what is counted at sign-in, and on guests' pages (`links`).

    Signing in must work, and its lockout hold, while Redis is stopped or frozen, so that cache is in the database. On
    guests' pages a GET must write no row; there nothing is counted while Redis is away, and nobody waits for it long.
    """
    seconds: dict[str, object] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    redis: dict[str, object] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url,
        "OPTIONS": {"serializer": "dialog_portal.access.json_cache.JsonSerializer", **seconds},
    }
    own_memory: dict[str, object] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "default": {"BACKEND": "dialog_portal.access.json_cache.JsonDatabaseCache"},
        "links": redis if redis_url else own_memory,
    }


def mail_settings(url: str) -> dict[str, object]:
    """Return the SMTP server of a URL: `smtp://user:password@host:port`, or with smtp+tls or smtps.

    An empty URL returns an empty dictionary: letters stay in the outbox. Raise ImproperlyConfigured for a wrong URL.
    """
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("MAIL_URL must look like smtp+tls://user:password@host:587.")
    return {
        "host": parts.hostname,
        "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "security": {"smtp": "none", "smtp+tls": "starttls", "smtps": "tls"}[parts.scheme],
    }


def mailbox_settings(url: str) -> dict[str, object]:
    """Return the IMAP mailbox for replies and bounces of a URL: `imaps://user:password@host/INBOX`.

    An empty URL returns an empty dictionary: only people read the mailbox. Unencrypted imap:// is allowed on this
    machine only, for the tests' own server. Raise ImproperlyConfigured for a wrong URL.
    """
    if not url:
        return {}
    parts = urlsplit(url)
    own = parts.scheme == "imap" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not (own or parts.scheme == "imaps") or not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured("MAILBOX_URL must look like imaps://user:password@host:993/INBOX.")
    if not unquote(url).isascii():
        raise ImproperlyConfigured(
            "MAILBOX_URL takes ASCII only; write a folder as the server does: &AMU-terbud."
        )
    return {
        "host": parts.hostname,
        "port": parts.port or (143 if own else 993),
        "tls": not own,
        "user": unquote(parts.username),
        "password": unquote(parts.password),
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }


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
