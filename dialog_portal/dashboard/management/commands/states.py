from typing import Any

from django.core.management.base import BaseCommand

from dialog_portal.dashboard.states_page import PAGE, page


class Command(BaseCommand):
    help = "Draw the state tables to docs/states.md."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(page())
