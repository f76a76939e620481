"""Every request is measured against the permission table before its view runs."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from dialog_portal.access.table import Rule, rule_for


class AccessMiddleware:
    """Lets a request through when its address has a row that allows the person's role; else sign-in, 403 or 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        rule = rule_for(match.view_name) if match else None
        if rule is None:
            raise Http404
        return None if rule.open else self.signed_in(request, rule)

    def signed_in(self, request: HttpRequest, rule: Rule) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not rule.allows(request.user.role, request.method or "GET"):
            raise PermissionDenied
        if rule.second_factor and not used_second_factor(request):
            messages.info(request, "Administrationen kräver en andra faktor. Slå på den här och logga in igen.")
            return redirect("mfa_index")
        return None


def used_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with a second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request))
