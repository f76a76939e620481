"""The command `bake`: write all public pages again, and remove those that the database does not know."""

from typing import Any

from django.core.management.base import BaseCommand

from minutes.publishing.refresh import rebuild_pages, unknown_editions


class Command(BaseCommand):
    help = "Write every public page again from the database, and remove those that it does not know."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_pages()} pages are in place.")
        for address in unknown_editions():
            self.stdout.write(f"Kept, although the database does not know this edition: {address}")
