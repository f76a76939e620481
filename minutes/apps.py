"""The Django app `minutes`."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class MinutesConfig(AppConfig):
    """Connects the notes to people in the register who become protected when the portal starts."""

    name = "minutes"

    def ready(self) -> None:
        from minutes.protected_people.actions import connect_register

        connect_register()
        post_migrate.connect(watch_tables, sender=self)


def watch_tables(using: str, **_: Any) -> None:
    """Have the database note what changes of that which public pages show."""
    from minutes.publishing.watched_tables import set_triggers

    set_triggers(connections[using])
