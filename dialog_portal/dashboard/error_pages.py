"""Error pages in plain Swedish."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dialog_portal.access.permissions import NotPermitted


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page for whatever was not found, so that nothing can be learnt from it."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Which role it takes; other refusals have no words that a reader is helped by."""
    sentence = str(exception) if isinstance(exception, NotPermitted) else ""
    return render(request, "403.html", {"sentence": sentence}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose proof of origin is missing or too old; the browser's back button has the text still."""
    return render(request, "403_csrf.html", status=403)
