"""Who must sign in, how long a session lasts, and where one goes after signing in."""

import time
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from dialog_portal.access.permissions import SAFE_METHODS


def require_sign_in(request: HttpRequest) -> HttpResponse | None:
    """Return a redirect to the sign-in page if nobody is signed in or the session is too old, otherwise None."""
    if request.user.is_authenticated and is_session_too_old(request):
        logout(request)
        messages.info(request, "Du har varit inloggad hela dagen. Logga in igen för att fortsätta.")
    return None if request.user.is_authenticated else redirect_to_login(page_after_sign_in(request))


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
