"""The command `finish_upgrade`: add what version 1.0.0 left out while it still ran on the new tables."""

from typing import Any

from django.core.management.base import BaseCommand

from dialog_portal.base.audit import Event
from dialog_portal.base.authorship import Contribution
from dialog_portal.outbox.models import Letter
from meetings.mailings.versions_from_keys import fill_versions, name_renewed_links
from meetings.models import MeetingLetter
from minutes.approval.authors_from_log import fill_authorship
from minutes.models import Minutes


class Command(BaseCommand):
    """Run it when the old version has stopped and before the new one serves a page. Twice is harmless."""

    help = "Add what version 1.0.0 left out while this one was set up: who wrote what, and what letters speak of."

    def handle(self, *args: Any, **options: Any) -> None:
        letters = fill_versions(MeetingLetter) + name_renewed_links(Letter)
        rows = fill_authorship(Event, Contribution, Minutes)
        self.stdout.write(f"{rows} rows of authorship and {letters} letters were completed.")
