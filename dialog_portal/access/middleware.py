"""Middleware that checks each request against the permission table: sign-in, role and second factor."""

import time
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.account.views import PasswordResetFromKeyView
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.access.permissions import SAFE_METHODS, NotPermitted, Rule, rule_for
from dialog_portal.links.addresses import ADMIN_PATH, SIGN_IN_PATH, STAFF_PATH

Refusal = HttpResponse | None
PRIVATE_PREFIXES = tuple(f"/{path}" for path in (STAFF_PATH, SIGN_IN_PATH, ADMIN_PATH))


class AccessMiddleware:
    """Runs a view only if the address has a rule that allows it; otherwise redirects to sign-in, or raises 403 or 404.

    The role is read from the database each time, so a changed role or a closed account counts from the next request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(PRIVATE_PREFIXES) or getattr(request, "for_staff_only", False):
            set_private_headers(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Refusal:
        match = request.resolver_match
        rule = rule_for(match.view_name) if match else None
        if rule is None:
            raise Http404
        if rule.open:
            return None
        request.for_staff_only = True  # type: ignore[attr-defined]
        return require_sign_in(request) or check_role(request, rule) or require_second_factor(request, rule)


def set_private_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Forbid caches and search engines to keep the page, and browsers to send a secret address as referrer.

    On other pages the referrer policy stays `same-origin`: with `no-referrer` browsers send `Origin: null` with forms,
    and Django's CSRF check refuses that.
    """
    if "no-store" not in response.get("Cache-Control", ""):
        response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    if request.resolver_match and holds_account_secret(request.resolver_match.kwargs):
        response["Referrer-Policy"] = "no-referrer"


def holds_account_secret(parts: dict[str, Any]) -> bool:
    """Return whether the address contains the key from a letter about a new password.

    Allauth redirects such an address to one without the key, and shows the form there.
    """
    form: str = PasswordResetFromKeyView.reset_url_key
    return bool(parts.get("key", form) != form)


def require_sign_in(request: HttpRequest) -> Refusal:
    """Return a redirect to the sign-in page if nobody is signed in or the session is too old, otherwise None."""
    if request.user.is_authenticated and is_session_too_old(request):
        logout(request)
        messages.info(request, "Du har varit inloggad hela dagen. Logga in igen för att fortsätta.")
    return None if request.user.is_authenticated else redirect_to_login(page_after_sign_in(request))


def check_role(request: HttpRequest, rule: Rule) -> Refusal:
    """Return None if the person's role may use the address. Raise NotPermitted, or Http404 for GET of a button."""
    role = cast("User", request.user).role
    method = request.method or "GET"
    if rule.allows(role, method):
        return None
    if method in SAFE_METHODS and not rule.see:
        raise Http404  # a button: nobody can look at it
    raise NotPermitted(rule, role, method)


def require_second_factor(request: HttpRequest, rule: Rule) -> Refusal:
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


def is_session_too_old(request: HttpRequest) -> bool:
    """Return whether the sign-in is more than SESSION_COOKIE_AGE seconds old, however much the session was used."""
    first = min(
        (record["at"] for record in get_authentication_records(request, request.user)), default=time.time()
    )
    return bool(time.time() - first > settings.SESSION_COOKIE_AGE)


def page_after_sign_in(request: HttpRequest) -> str:
    """Return the address to go to after sign-in: the requested page, or after a POST the page with the button."""
    if request.method in SAFE_METHODS:
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() else reverse(settings.LOGIN_REDIRECT_URL)
