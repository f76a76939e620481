from typing import Any

from django.core.management.base import BaseCommand

from dialog_portal.access.permissions_page import PERMISSIONS_FILE, permissions_markdown


class Command(BaseCommand):
    help = "Write the permission table to docs/permissions.md."

    def handle(self, *args: Any, **options: Any) -> None:
        PERMISSIONS_FILE.write_text(permissions_markdown())
