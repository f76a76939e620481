"""Middleware that checks each request against the permission table: sign-in, role and second factor."""

from collections.abc import Callable
from typing import Any, cast

from allauth.account.views import PasswordResetFromKeyView
from django.http import Http404, HttpRequest, HttpResponse

from dialog_portal.access.models import User
from dialog_portal.access.permissions import SAFE_METHODS, NotPermitted, Rule, rule_for
from dialog_portal.access.second_factor import require_second_factor
from dialog_portal.access.session import require_sign_in
from dialog_portal.access.unsaved_text import give_back, remember_writer
from dialog_portal.links.addresses import ADMIN_PATH, SIGN_IN_PATH, STAFF_PATH
from dialog_portal.links.dead_links import remove_working_links

Refusal = HttpResponse | None
PRIVATE_PREFIXES = tuple(f"/{path}" for path in (STAFF_PATH, SIGN_IN_PATH, ADMIN_PATH))


class AccessMiddleware:
    """Runs a view only if the address has a rule that allows it; otherwise redirects to sign-in, or raises 403 or 404.

    No page for staff has a personal link that works: whoever could follow one could answer for a guest.

    The role is read from the database each time, so a changed role or a closed account counts from the next request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for_staff_only = getattr(request, "for_staff_only", False)
        if for_staff_only:
            remove_working_links(response)
        if request.path.startswith(PRIVATE_PREFIXES) or for_staff_only:
            set_private_headers(request, response)
        if getattr(request, "for_staff_only", False):
            remember_writer(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Refusal:
        match = request.resolver_match
        rule = rule_for(match.view_name) if match else None
        if rule is None:
            raise Http404
        if rule.open:
            return None
        request.for_staff_only = True  # type: ignore[attr-defined]
        refusal = (
            require_sign_in(request, rule)
            or check_role(request, rule)
            or require_second_factor(request, rule)
        )
        if refusal is None:
            give_back(request)
        return refusal


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


def check_role(request: HttpRequest, rule: Rule) -> Refusal:
    """Return None if the person's role may use the address. Raise NotPermitted, or Http404 for GET of a button."""
    role = cast("User", request.user).role
    method = request.method or "GET"
    if rule.allows(role, method):
        return None
    if method in SAFE_METHODS and not rule.see:
        raise Http404  # a button: nobody can look at it
    raise NotPermitted(rule, role, method)
