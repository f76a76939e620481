"""The error pages 403, 404 and CSRF failure, in plain Swedish."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dialog_portal.access.permissions import NotPermitted
from dialog_portal.links.guest_view import GUEST_PREFIXES, link_not_found


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the same 404 page whatever was not found, so that it does not show what exists.

    Below the guests' paths it is the guests' own page, which leads to a new link.
    """
    if request.path_info.startswith(GUEST_PREFIXES):
        return link_not_found(request)
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the 403 page; for NotPermitted it says which role is needed, other messages are not meant for readers."""
    sentence = str(exception) if isinstance(exception, NotPermitted) else ""
    return render(request, "403.html", {"sentence": sentence}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form without a valid CSRF token; what was typed is still there with the back button."""
    return render(request, "403_csrf.html", status=403)
