from typing import Any

from django.core.management.base import BaseCommand

from dialog_portal.dashboard.states_page import STATES_FILE, states_markdown


class Command(BaseCommand):
    help = "Draw the state tables to docs/states.md."

    def handle(self, *args: Any, **options: Any) -> None:
        STATES_FILE.write_text(states_markdown())
