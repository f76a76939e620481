"""The command `authorship`: add rows of authorship that are missing, from the audit log."""

from typing import Any

from django.core.management.base import BaseCommand

from dialog_portal.base.audit import Event
from dialog_portal.base.authorship import Contribution
from minutes.approval.authors_from_log import fill_authorship
from minutes.models import Minutes


class Command(BaseCommand):
    help = "Add who wrote what from the audit log, for changes that version 1.0.0 made while this one was set up."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(
            f"{fill_authorship(Event, Contribution, Minutes)} rows of authorship were missing and are added."
        )
