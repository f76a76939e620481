"""The administrator's pages about accounts, and the page where an invited person chooses a password."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dialog_portal.access import actions
from dialog_portal.access.forms import InviteForm, PasswordForm, RoleForm
from dialog_portal.access.letters import invitation_address
from dialog_portal.access.models import StaffInvitation, User
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import find_link
from dialog_portal.links.guest_view import guest_view, link_not_found
from dialog_portal.links.purposes import LinkPurpose


def account_list(request: HttpRequest) -> HttpResponse:
    """List all accounts and the invitations that can still be accepted.

    Where letters do not leave the portal, each invitation can be opened here.
    """
    context = {
        "accounts": User.objects.with_second_factor().in_order(),
        "invitations": list(StaffInvitation.objects.waiting()),
        "letters_stay": not settings.MAIL,
    }
    return render(request, "staff/access/list.html", context)


def account_invite(request: HttpRequest) -> HttpResponse:
    """Invite a person to an account."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.invite_staff(**form.cleaned_data, by=signed_in_user(request))
        except NotAllowed as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(
                request, f"{form.cleaned_data['name']} får ett brev. Länken i det gäller i två dygn."
            )
            return redirect("staff:account_list")
    return render(request, "staff/access/invite.html", {"form": form})


def account_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an account's role, close it or reopen it; the pressed button says which."""
    account = get_object_or_404(User.objects.with_second_factor(), pk=pk)
    form = RoleForm(request.POST if "role" in request.POST else None, initial={"role": account.role})
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        try:
            messages.success(request, apply_button(request, account, form))
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        return redirect("staff:account_change", account.pk)
    context = {"account": account, "form": form, "own": account == request.user}
    return render(request, "staff/access/change.html", context)


def apply_button(request: HttpRequest, account: User, form: RoleForm) -> str:
    """Do what the pressed button says and return the sentence to show. Raise NotAllowed if the account refuses it."""
    if "close" in request.POST:
        actions.close_account(account, by=signed_in_user(request))
        return f"Kontot för {account.name} är stängt."
    if "reopen" in request.POST:
        actions.reopen_account(account, by=signed_in_user(request))
        return f"Kontot för {account.name} är öppet igen."
    if not form.is_bound:
        raise NotAllowed("Välj vad du vill ändra.")
    changed = actions.change_role(account, form.cleaned_data["role"], by=signed_in_user(request))
    return f"{changed.name} är nu {changed.get_role_display()}."


@require_POST
def account_invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke an invitation that nobody has accepted yet."""
    invitation = get_object_or_404(StaffInvitation.objects.select_related("link"), pk=pk)
    try:
        actions.revoke_invitation(invitation, by=signed_in_user(request))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Inbjudan till {invitation.name} gäller inte längre.")
    return redirect("staff:account_list")


def account_invitation_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the page that an invitation leads to. Raise Http404 where letters leave the portal."""
    invitation = get_object_or_404(StaffInvitation.objects.waiting(), pk=pk)
    if settings.MAIL:
        raise Http404
    return redirect(invitation_address(invitation))


@sensitive_post_parameters()
@guest_view
def accept_account(request: HttpRequest, token: str) -> HttpResponse:
    """Show who is invited (GET writes nothing), and create the account with the chosen password (POST)."""
    link = find_link(token, LinkPurpose.ACCOUNT)
    invitation = StaffInvitation.objects.select_related("link").filter(link=link).first() if link else None
    if link is None or invitation is None or not invitation.is_open:
        return link_not_found(request)
    form = PasswordForm(request.POST if request.method == "POST" else None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        made = actions.accept_invitation(link, password=form.cleaned_data["password"])
        return (
            render(request, "staff/access/welcome.html", {"account": made})
            if made
            else link_not_found(request)
        )
    return render(request, "staff/access/accept.html", {"form": form, "invitation": invitation})


def signed_in_user(request: HttpRequest) -> User:
    """Return the request's user; AccessMiddleware lets nobody else reach a staff view."""
    return cast("User", request.user)
