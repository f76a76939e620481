"""Who has no second factor, or has not used it, is kept out of the addresses that require one: Django's admin.

Which addresses require one is said by `second_factor` in permissions.py.
"""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dialog_portal.access.permissions import Rule
from dialog_portal.access.session import page_after_sign_in


def require_second_factor(request: HttpRequest, rule: Rule) -> HttpResponse | None:
    """Return a redirect if the rule requires a second factor that was not used in this session, otherwise None.

    A person without a second factor is sent to the page where it is set up.
    """
    if not rule.second_factor:
        return None
    if not is_mfa_enabled(request.user):
        messages.info(request, "Den sidan kräver tvåstegsverifiering. Slå på den här först.")
        return redirect("mfa_index")
    shown = has_used_second_factor(request)
    return None if shown else redirect_to_login(page_after_sign_in(request), reverse("mfa_reauthenticate"))


def has_used_second_factor(request: HttpRequest) -> bool:
    """Return whether the person has used a second factor in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))
