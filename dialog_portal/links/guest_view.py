"""The decorator and the headers of pages for guests: no account, no cookie, no script; the link is the permission.

Django's CSRF token needs a cookie, which the built-in browsers of some mail programs block. It is not needed here: the
link's token gives the permission and no cookie is read, so another site that makes a browser send a form can only send
a token that it already knows. A form that according to the browser comes from another site is refused all the same.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from dialog_portal.links.addresses import GUEST_PATHS, SECRET_PATHS
from dialog_portal.links.human_press import MARK_FIELD
from dialog_portal.links.rate_limits import exceeds_failure_limit

GuestView = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)

MAX_FORM_BYTES = 64 * 1024  # a coordinator who answers for a thousand people sends about 50,000
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

NOT_TYPED = ("lank", "sett", "svar", MARK_FIELD)  # what the names of hidden fields and buttons begin with

UNREADABLE = (400, 405)  # too many fields, another alphabet; a method that the address does not know
GUEST_PREFIXES = tuple(f"/{path}" for path in GUEST_PATHS)
SECRET_PREFIXES = tuple(f"/{path}" for path in SECRET_PATHS)


def secret_page_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: add GUEST_HEADERS also to responses that no guest view made, such as redirects and error pages.

    It applies to every response below GUEST_PATHS, and to redirects and errors below SECRET_PATHS. The pages about
    accounts themselves have scripts and forms that need an origin; AccessMiddleware sets their headers. What a guest
    sends that cannot be read gets a page of the guests' own, which leads to a new link.
    """

    def add_headers(request: HttpRequest) -> HttpResponse:
        response = with_own_page(request, get_response(request))
        away = response.status_code in (301, 308) or response.status_code >= 400
        if request.path_info.startswith(GUEST_PREFIXES) or (
            away and request.path_info.startswith(SECRET_PREFIXES)
        ):
            for name, value in GUEST_HEADERS.items():
                response[name] = value
        return response

    return add_headers


def with_own_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the response to a request that no view could read a page of the guests' own; leave every other as it is.

    The response stays the same object, so that Django does not log the request once more.
    """
    if response.status_code in UNREADABLE and request.path_info.startswith(GUEST_PREFIXES):
        page = guest_error_page("guest/unreadable.html", response.status_code)
        response.content, response["Content-Type"] = page.content, page["Content-Type"]
    return response


def guest_view(view: GuestView) -> GuestView:
    """Decorate the view of a page behind a personal link: GUEST_HEADERS, no cookies, forms only from our own pages."""

    @csrf_exempt
    @functools.wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.COOKIES.clear()  # otherwise the session middleware would replace a stale cookie with a new one
        response = refuse_form(request) or view(request, *args, **kwargs)
        for name, value in GUEST_HEADERS.items():
            response[name] = value
        return response

    return page


def refuse_form(request: HttpRequest) -> HttpResponse | None:
    """Return 403 for a form from another site, 413 for a body over MAX_FORM_BYTES, and None when it may be read."""
    if request.method == "POST" and is_cross_site(request):
        return guest_error_page("guest/refused.html", 403)
    return guest_error_page("guest/too_large.html", 413) if body_length(request) > MAX_FORM_BYTES else None


def body_length(request: HttpRequest) -> int:
    """Return how many bytes of the body Django would read: 0 when Content-Length is missing or not a number."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def is_cross_site(request: HttpRequest) -> bool:
    """Return whether the browser says that the form is on another site.

    `Origin: null` says nothing: browsers send it from pages with `Referrer-Policy: no-referrer`, such as ours.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    ours = {settings.BASE_URL, f"{request.scheme}://{request.get_host()}"}
    return (site is not None and site != "same-origin") or (origin != "null" and origin not in ours)


def link_not_found(request: HttpRequest) -> HttpResponse:
    """Return the same 404 page for a link that is unknown, damaged, revoked, expired or for another purpose.

    Failures are counted for each client, and a client over the limit gets 429. Valid links are not affected by that.
    A link may stop working while somebody fills in a form, so what was typed is shown.
    """
    typed = typed_texts(request)
    return (
        guest_error_page("guest/429.html", 429, typed)
        if exceeds_failure_limit(request)
        else guest_error_page("guest/404.html", 404, typed)
    )


def typed_texts(request: HttpRequest) -> list[str]:
    """Return the texts that a guest typed in a sent form, without its buttons and hidden fields.

    The page where an account is accepted is no guest's: its form holds a password.
    """
    if not request.path_info.startswith(GUEST_PREFIXES):
        return []
    texts = [str(request.POST[name]) for name in request.POST if not name.startswith(NOT_TYPED)]
    return [text for text in texts if text.strip()]


def guest_error_page(template: str, status: int, typed: Iterable[str] = ()) -> HttpResponse:
    """Render an error page without the request, so that nothing from the address can appear on it."""
    context = {"mailbox": settings.MAIL_REPLY_TO, "unsaved": [("Text", text) for text in typed]}
    return HttpResponse(render_to_string(template, context), status=status)
