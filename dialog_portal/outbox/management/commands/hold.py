"""Keeps every letter from leaving, before workers start on a restored database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dialog_portal.base.swedish import moment
from dialog_portal.outbox.models import Hold, Letter
from dialog_portal.outbox.queue.hold import hold


class Command(BaseCommand):
    help = "Hold every letter until a person releases them in the outbox (Utkorg)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="what staff read in the banner, in Swedish")

    def handle(self, *args: Any, reason: str, **options: Any) -> None:
        longest = Hold._meta.get_field("reason").max_length or 0
        reason = " ".join(reason.split()).rstrip(".")
        if not 0 < len(reason) <= longest:
            raise CommandError(f"The reason must have between 1 and {longest} characters.")
        row = hold("", by=None, reason=reason)
        waiting = Letter.objects.waiting().count()
        self.stdout.write(
            f"Every letter is held since {moment(row.at)}: {row.reason}. {waiting} wait. "
            "Staff release them in Utkorg when they know what had been sent."
        )
