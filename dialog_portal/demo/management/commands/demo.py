"""`manage.py demo` fills an empty portal with demo data and writes the sign-in details to var/demo.txt."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.demo import people, year
from meetings.seed import seed_tags
from minutes.publishing.refresh import rebuild_pages
from parties.seed import seed_parties


class Command(BaseCommand):
    help = "Fill an empty portal with the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION or settings.MAIL:
            raise CommandError(
                "The demo writes many letters, so it never runs in production or with MAIL_URL set."
            )
        if User.objects.exists():
            raise CommandError("The portal is not empty. The demo only fills a new one.")
        staff, phrase = people.create_staff()
        seed_parties()
        seed_tags()
        people.create_mandate_holders(timezone.localdate() - timedelta(days=365 * 9))
        year.create_year_2019(staff)
        year.create_current_year(staff)
        rebuild_pages()
        self.write_sign_ins(phrase)

    def write_sign_ins(self, phrase: str) -> None:
        """Write the accounts and their pass phrase to a file that only its owner can read (mode 0600)."""
        lines = [f"  {email:28} {Role(role).label}" for email, _, role, _ in people.STAFF]
        path = settings.VAR / "demo.txt"
        path.touch(mode=0o600)
        path.write_text(
            "\n".join(
                [
                    f"Sign in at {settings.BASE_URL}/konto/logga-in/",
                    *lines,
                    f"Pass phrase for all: {phrase}",
                    "",
                ]
            )
        )
