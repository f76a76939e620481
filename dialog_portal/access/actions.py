"""Accounts: invite, accept an invitation, change a role, close and reopen."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dialog_portal.access.audit_events import AccessEvent
from dialog_portal.access.letters import staff_invitation_letter
from dialog_portal.access.models import EMAIL_TAKEN, Role, StaffInvitation, User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import mint_link, revoke_link
from dialog_portal.links.models import Link
from dialog_portal.links.purposes import LinkPurpose


@transaction.atomic
def invite_staff(*, name: str, email: str, role: str, by: User | None) -> StaffInvitation:
    """Invite one address to an account, valid for StaffInvitation.LIFE, and queue the letter with the link.

    Earlier invitations to the address stop working. Raise NotAllowed if the address has an account.
    """
    if User.objects.has_email(email):
        raise NotAllowed(EMAIL_TAKEN)
    for older in StaffInvitation.objects.filter(email__iexact=email, accepted_at=None).select_related("link"):
        revoke_link(older.link)
    link = mint_link(LinkPurpose.ACCOUNT, timezone.now() + StaffInvitation.LIFE)
    invitation = StaffInvitation.objects.create(name=name, email=email.lower(), role=role, by=by, link=link)
    staff_invitation_letter(invitation, by=by)
    record(by, AccessEvent.ACCOUNT_OFFERED, invitation, role=role)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: StaffInvitation, *, by: User | None) -> None:
    """Make the link of an invitation invalid. Raise NotAllowed if it has been used."""
    if invitation.accepted_at:
        raise NotAllowed("Inbjudan är redan använd. Stäng kontot i stället.")
    revoke_link(invitation.link)
    record(by, AccessEvent.OFFER_REVOKED, invitation)


@transaction.atomic
def accept_invitation(link: Link, *, password: str) -> User | None:
    """Create and return the invited account; return None if the link was used or revoked a moment ago."""
    locked = Link.objects.select_for_update().get(pk=link.pk)
    invitation = StaffInvitation.objects.select_for_update().get(link=locked)
    if User.objects.has_email(invitation.email) or not invitation.is_open:
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
    """Give another person's account a role, which counts from their next request.

    Raise NotAllowed for one's own account and for the last active administrator.
    """
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
    """Close another person's account and end all its sessions; their name stays on everything that they have done.

    Raise NotAllowed for one's own account and for the last active administrator.
    """
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
    """Open a closed account; the person has to sign in again, with the same password and second factor."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        return user
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(by, AccessEvent.ACCOUNT_REOPENED, user)
    return user


def lock_other_account(user: User, by: User, refusal: str) -> User:
    """Lock the account and return it as it is in the database. Raise NotAllowed(refusal) for one's own account.

    All administrators are locked with it: when two of them close each other's accounts at the same moment, the second
    waits for the first, so one administrator remains.
    """
    if user.pk == by.pk:
        raise NotAllowed(refusal)
    rows = User.objects.select_for_update().filter(Q(role=Role.ADMINISTRATOR) | Q(pk=user.pk)).order_by("pk")
    found: dict[int, User] = {row.pk: row for row in rows}
    return found[user.pk]


def must_leave_an_administrator(user: User, fate: str) -> None:
    """Raise NotAllowed if no other active administrator exists; `fate` completes the Swedish sentence."""
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if user.is_active and not others.exists():
        raise NotAllowed(f"{user.name} är den enda administratören och kan inte {fate}. Utse en till först.")


def end_sessions(user: User) -> None:
    """Delete every session of a person; otherwise their old sessions would work again when the account is reopened."""
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
