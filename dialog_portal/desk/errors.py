"""Error pages in plain Swedish."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page for whatever was not found, so that nothing can be learnt from it."""
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose proof of origin is missing or too old; the browser's back button has the text still."""
    return render(request, "403_csrf.html", status=403)
