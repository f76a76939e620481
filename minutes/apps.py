from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class MinutesConfig(AppConfig):
    name = "minutes"

    def ready(self) -> None:
        post_migrate.connect(watch_tables, sender=self)


def watch_tables(using: str, **_: Any) -> None:
    """Have the database note what changes of that which public pages show."""
    from minutes.publishing.watched_tables import set_triggers

    set_triggers(connections[using])
