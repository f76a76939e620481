"""The guests' door: no account, no cookie, no script; the link itself is the right to come in.

Django's CSRF token needs a cookie, which some mail programs' built-in browsers block. It is not needed here: the token
in the form's body is the authority and no cookie is read, so a foreign page that makes a browser send a form can only
send what it already knows. Where the browser says that a form comes from another site, it is refused all the same.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from dialog_portal.links.addresses import GUEST_PATHS, SECRET_PATHS
from dialog_portal.links.rate_limits import exceeds_failure_limit

View = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)

MAX_FORM_BYTES = 64 * 1024  # bytes; a coordinator who answers for a thousand people sends 50 000
GUEST_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
GUEST_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": GUEST_CSP,
}

GUEST_PREFIXES = tuple(f"/{path}" for path in GUEST_PATHS)
SECRET_PREFIXES = tuple(f"/{path}" for path in SECRET_PATHS)


def secret_page_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """The door's headers also where no view has answered: on the way to an address' last slash, and on errors.

    Pages about accounts have scripts and forms that need an origin; they have headers of their own.
    """

    def secret(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        away = response.status_code in (301, 308) or response.status_code >= 400
        if request.path_info.startswith(GUEST_PREFIXES) or (
            away and request.path_info.startswith(SECRET_PREFIXES)
        ):
            for name, value in GUEST_HEADERS.items():
                response[name] = value
        return response

    return secret


def guest_view(view: View) -> View:
    """A page behind a personal link: its headers, no cookie read or set, and forms only from our own pages."""

    @csrf_exempt
    @functools.wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.COOKIES.clear()  # also keeps the session middleware from answering a stale cookie with a new one
        response = refuse_form(request) or view(request, *args, **kwargs)
        for name, value in GUEST_HEADERS.items():
            response[name] = value
        return response

    return door


def refuse_form(request: HttpRequest) -> HttpResponse | None:
    """The answer to a form that is not even opened: from another site, or larger than any form of ours becomes."""
    if request.method == "POST" and is_cross_site(request):
        return guest_error_page("guest/refused.html", 403)
    return guest_error_page("guest/too_large.html", 413) if body_length(request) > MAX_FORM_BYTES else None


def body_length(request: HttpRequest) -> int:
    """The bytes of the body that Django would read: none where no length is told, or none that is a number."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def is_cross_site(request: HttpRequest) -> bool:
    """Whether the browser says that the form stands on another site.

    `Origin: null` says nothing: it is what browsers send from a page with `no-referrer`, such as ours.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    ours = {settings.BASE_URL, f"{request.scheme}://{request.get_host()}"}
    return (site is not None and site != "same-origin") or (origin != "null" and origin not in ours)


def link_not_found(request: HttpRequest) -> HttpResponse:
    """The one answer to a link that is unknown, mangled, closed, too old or meant for something else.

    Failures are counted per address, and too many give a pause; a working link is never met by that.
    """
    return (
        guest_error_page("guest/429.html", 429)
        if exceeds_failure_limit(request)
        else guest_error_page("guest/404.html", 404)
    )


def guest_error_page(template: str, status: int) -> HttpResponse:
    """A page that knows nothing of the request, so that it can tell nothing about it."""
    return HttpResponse(render_to_string(template, {"mailbox": settings.MAIL_REPLY_TO}), status=status)
