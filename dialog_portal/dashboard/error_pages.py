"""The error pages 403, 404 and CSRF failure, in plain Swedish."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from dialog_portal.access.permissions import SAFE_METHODS, NotPermitted
from minutes.publishing.redirect_file import target_of


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the same 404 page whatever was not found, so that it does not show what exists.

    An old address leads on to its page (301), as nginx does it from the same file.
    """
    if request.method in SAFE_METHODS and (target := target_of(request.path_info)):
        return HttpResponsePermanentRedirect(target)
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the 403 page; for NotPermitted it says which role is needed, other messages are not meant for readers."""
    sentence = str(exception) if isinstance(exception, NotPermitted) else ""
    return render(request, "403.html", {"sentence": sentence}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form without a valid CSRF token; what was typed is still there with the back button."""
    return render(request, "403_csrf.html", status=403)
