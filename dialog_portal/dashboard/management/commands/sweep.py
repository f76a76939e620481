"""The command `sweep`: do the periodic work once, without broker and beat."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dialog_portal.celery import app
from dialog_portal.outbox.queue.fallback_clock import PARTS, tasks_of
from dialog_portal.server import stop_with_parent


class Command(BaseCommand):
    """Workers run it when nobody has asked for a sweep; a person may too. It is harmless beside them."""

    help = "Do what is due once, without broker and beat: send letters, or the rest of the periodic work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", nargs="?", choices=PARTS, help="only this part of the work")

    def handle(self, *args: Any, part: str | None, **options: Any) -> None:
        stop_with_parent()
        app.loader.import_default_modules()  # as a worker does: it registers the tasks
        troubles: list[Exception] = []
        for name in [name for one in PARTS if part in {None, one} for name in tasks_of(one)]:
            try:
                app.tasks[name].run()
            except Exception as trouble:  # noqa: BLE001 raised below, when the others have had their turn
                troubles.append(trouble)
        if troubles:
            raise ExceptionGroup("periodic work that failed", troubles)
