"""Tasks about accounts: invitations that nobody has accepted, and an administrator's missing second factor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse

from dialog_portal.access.models import StaffInvitation, User, authenticator_apps
from dialog_portal.dashboard.tasks.task import Task

SHOW_EXPIRED_FOR = timedelta(days=14)  # an expired invitation is a task for so long


def account_invitations(user: User, now: datetime) -> Iterator[Task]:
    """Yield invitations to accounts: valid ones wait for an answer, expired ones can be sent again."""
    recent = now - SHOW_EXPIRED_FOR
    rows = StaffInvitation.objects.filter(
        accepted_at=None, link__revoked_at=None, link__expires_at__gt=recent
    )
    taken = User.objects.filter(email=OuterRef("email"))
    for row in rows.exclude(Exists(taken)).select_related("link"):
        over = row.link.expires_at <= now
        url = reverse("staff:account_invite" if over else "staff:account_list")
        why = "Länken hann gå ut." if over else "Inbjudan är skickad men inte använd."
        yield Task(
            "Bjud in igen" if over else "Invänta svar",
            row.name,
            url,
            why,
            row.link.expires_at,
            mine=over,
            meeting=None,
        )


def missing_second_factor(user: User, now: datetime) -> Iterator[Task]:
    """Yield a task if the user has no second factor; an administrator's account can open all other accounts."""
    if not authenticator_apps().filter(user=user).exists():
        why = "Ditt konto kan släppa in andra och behöver mer än ett lösenord."
        yield Task("Slå på tvåstegsverifiering", "ditt konto", reverse("mfa_index"), why, meeting=None)
