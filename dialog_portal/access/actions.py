"""Accounts: inviting, accepting, changing roles, closing and opening again."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dialog_portal.access.audit_events import AccessEvent
from dialog_portal.access.letters import staff_invitation
from dialog_portal.access.models import Role, StaffInvitation, User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import mint_link, revoke_link
from dialog_portal.links.models import Link
from dialog_portal.links.purposes import LinkPurpose


@transaction.atomic
def invite_staff(*, name: str, email: str, role: str, by: User | None) -> StaffInvitation:
    """Promise an account to one address for two days and write to it; an older open invitation stops working."""
    if has_account(email):
        raise NotAllowed("Adressen har redan ett konto. Är det stängt kan du öppna det igen.")
    for older in StaffInvitation.objects.filter(email__iexact=email, accepted_at=None).select_related("link"):
        revoke_link(older.link)
    link = mint_link(LinkPurpose.ACCOUNT, timezone.now() + StaffInvitation.LIFE)
    invitation = StaffInvitation.objects.create(name=name, email=email.lower(), role=role, by=by, link=link)
    staff_invitation(invitation, by=by)
    record(by, AccessEvent.ACCOUNT_OFFERED, invitation, role=role)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: StaffInvitation, *, by: User | None) -> None:
    """Make the link of an invitation worthless."""
    if invitation.accepted_at:
        raise NotAllowed("Inbjudan är redan använd. Stäng kontot i stället.")
    revoke_link(invitation.link)
    record(by, AccessEvent.OFFER_REVOKED, invitation)


@transaction.atomic
def accept_invitation(link: Link, *, password: str) -> User | None:
    """Make the account that was promised; nobody when the link was used or withdrawn a moment ago."""
    locked = Link.objects.select_for_update().get(pk=link.pk)
    invitation = StaffInvitation.objects.select_for_update().get(link=locked)
    if has_account(invitation.email) or not invitation.open:
        return None
    user = User.objects.create_user(invitation.email, invitation.name, invitation.role, password)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    revoke_link(locked)
    record(user, AccessEvent.OFFER_ACCEPTED, user, role=user.role)
    return user


@transaction.atomic
def change_role(user: User, role: str, *, by: User) -> User:
    """Give somebody else another role, from their next request."""
    user = lock_other_account(user, by, "Du kan inte ändra din egen roll. Be en annan administratör.")
    if user.role == role:
        return user
    if user.role == Role.ADMINISTRATOR:
        must_leave_an_administrator(user, "få en annan roll")
    before, user.role = user.role, role
    user.save(update_fields=["role"])
    record(by, AccessEvent.ROLE_CHANGED, user, before=before, after=role)
    return user


@transaction.atomic
def close_account(user: User, *, by: User) -> User:
    """Close somebody else's account and end every session of it; what they have done stays under their name."""
    user = lock_other_account(user, by, "Du kan inte stänga ditt eget konto. Be en annan administratör.")
    if not user.is_active:
        return user
    if user.role == Role.ADMINISTRATOR:
        must_leave_an_administrator(user, "stängas")
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    record(by, AccessEvent.ACCOUNT_CLOSED, user)
    return user


@transaction.atomic
def reopen_account(user: User, *, by: User) -> User:
    """Open a closed account; the person signs in anew with the same password and second factor."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(by, AccessEvent.ACCOUNT_REOPENED, user)
    return user


def has_account(email: str) -> bool:
    return bool(User.objects.filter(email__iexact=email).exists())


def lock_other_account(user: User, by: User, refusal: str) -> User:
    """The row as it stands, unless it is one's own.

    It is locked together with every administrator, so that two who close each other at the same moment wait in line.
    """
    if user.pk == by.pk:
        raise NotAllowed(refusal)
    rows = User.objects.select_for_update().filter(Q(role=Role.ADMINISTRATOR) | Q(pk=user.pk)).order_by("pk")
    found: dict[int, User] = {row.pk: row for row in rows}
    return found[user.pk]


def must_leave_an_administrator(user: User, fate: str) -> None:
    """Refuse when nobody else could let people in."""
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if user.is_active and not others.exists():
        raise NotAllowed(f"{user.name} är den enda administratören och kan inte {fate}. Utse en till först.")


def end_sessions(user: User) -> None:
    """Throw away every session of a person, so that an account that opens again does not open old browsers with it."""
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
