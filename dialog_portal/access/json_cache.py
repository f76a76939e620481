"""The caches of limits: one in the database for signing in, one in Redis for guests' pages. Neither ever unpickles."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.utils import timezone

from dialog_portal.access.models import CachedValue

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
TABLE = CachedValue._meta.db_table
# One statement, so that of two who add the same key at once only one succeeds; what has expired is as good as absent
ADD = f"""
INSERT INTO {TABLE} (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
WHERE {TABLE}.expires_at <= %s
"""  # noqa: S608 only the name of our own table is put in


class JsonDatabaseCache(BaseCache):
    """A cache of JSON values in the database, which signing in needs anyway: no other service has to be up.

    It holds what allauth counts, so the lockout is in force in every process, whatever becomes of Redis.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def expiry(self, timeout: Any) -> datetime:
        """Return when a value that is stored now expires."""
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return FOREVER if seconds is None else timezone.now() + timedelta(seconds=seconds)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store a value and return True, if the key has none that holds."""
        adapt = connection.ops.adapt_datetimefield_value
        row = [self.make_and_validate_key(key, version), json.dumps(value), adapt(self.expiry(timeout))]
        with connection.cursor() as cursor:
            cursor.execute(ADD, [*row, adapt(timezone.now())])
            return bool(cursor.rowcount == 1)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value of a key, or the default if it has none that holds."""
        rows = CachedValue.objects.filter(key=self.make_and_validate_key(key, version))
        found = rows.filter(expires_at__gt=timezone.now()).values_list("value", flat=True).first()
        return default if found is None else json.loads(found)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store a value in place of whatever the key has."""
        row = CachedValue(
            key=self.make_and_validate_key(key, version),
            value=json.dumps(value),
            expires_at=self.expiry(timeout),
        )
        stored = ["value", "expires_at"]
        CachedValue.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["key"], update_fields=stored
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a key, and return whether it had a value."""
        rows = CachedValue.objects.filter(key=self.make_and_validate_key(key, version))
        return bool(rows.delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        CachedValue.objects.all().delete()


def forget_expired() -> None:
    """Delete the values that have expired."""
    CachedValue.objects.filter(expires_at__lte=timezone.now()).delete()


class JsonSerializer:
    """How values stand in Redis: whole numbers as such, so that Redis can count, and everything else as JSON.

    Django's own serializer unpickles what it finds: whoever could write to Redis could run code in the portal.
    """

    def dumps(self, value: Any) -> Any:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """Return the value. Raise ValueError for bytes that are no JSON."""
        return json.loads(data)
