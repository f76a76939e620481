"""The first start: `manage.py begin` fills the register and invites the first administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from dialog_portal.access.actions import invite_staff, revoke_invitation
from dialog_portal.access.letters import invitation_address
from dialog_portal.access.models import Role, StaffInvitation, User
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import moment
from dialog_portal.base.typed_text import clean_address, clean_line, unquoted_address
from meetings.seed import seed_tags
from parties.seed import seed_parties


class Command(BaseCommand):
    help = "Fill the register of a new portal and invite its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="where the invitation is sent")
        parser.add_argument("--name", required=True, help="the administrator's name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        email, name = clean_address(email), clean_line(name)
        if User.objects.filter(role=Role.ADMINISTRATOR).exists():
            raise CommandError("The portal has an administrator, who invites everybody else under Konton.")
        check_invitation(email, name)
        with transaction.atomic():
            seed_parties()
            seed_tags()
            promise, new = first_invitation(email, name)
        self.stdout.write(
            f"The register is in place. {promise} is invited until {moment(promise.link.expires_at)}."
        )
        if new:
            self.stdout.write(
                f"The letter is in the outbox. The same link, shown this once:\n{invitation_address(promise)}"
            )


def check_invitation(email: str, name: str) -> None:
    """Raise CommandError for an address or a name that the form for invitations would refuse."""
    try:
        unquoted_address(email)
        StaffInvitation(email=email, name=name, role=Role.ADMINISTRATOR).clean_fields(exclude=["by", "link"])
    except ValidationError as wrong:
        raise CommandError(" ".join(wrong.messages)) from wrong


def first_invitation(email: str, name: str) -> tuple[StaffInvitation, bool]:
    """Return the invitation of the first administrator, and whether it is new.

    An open invitation to the same address is returned as it is; open ones to other addresses are revoked. Raise
    CommandError if the address has an account.
    """
    waiting = StaffInvitation.objects.waiting().filter(role=Role.ADMINISTRATOR)
    if same := waiting.filter(email__iexact=email).first():
        return same, False
    for other in waiting:
        revoke_invitation(other, by=None)
    try:
        return invite_staff(name=name, email=email, role=Role.ADMINISTRATOR, by=None), True
    except NotAllowed as refusal:
        raise CommandError(str(refusal)) from refusal
