from typing import Any

from django.core.management.base import BaseCommand

from dialog_portal.access.permissions_page import PAGE, page


class Command(BaseCommand):
    help = "Write the permission table to docs/permissions.md."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(page())
