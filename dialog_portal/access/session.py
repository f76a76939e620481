"""Who must sign in, how long a session lasts, and where one goes after signing in."""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dialog_portal.access.permissions import SAFE_METHODS, Rule
from dialog_portal.access.unsaved_text import (
    is_staff_form,
    keep_unsaved,
    page_before,
    texts_to_show,
    typed_fields,
    writer_of,
)

SIGN_IN_FOR_TEXT = (
    "Du var inte inloggad längre, så inget är sparat än. Logga in, så får du tillbaka det du skrev."
)


def require_sign_in(request: HttpRequest, rule: Rule) -> HttpResponse | None:
    """Return None if somebody is signed in and the session is not too old, otherwise a way to sign in."""
    writer = writer_of(request)
    if request.user.is_authenticated and is_session_too_old(request):
        logout(request)
        messages.info(request, "Du har varit inloggad hela dagen. Logga in igen för att fortsätta.")
    return None if request.user.is_authenticated else ask_to_sign_in(request, rule, writer)


def ask_to_sign_in(request: HttpRequest, rule: Rule, writer: int | None) -> HttpResponse:
    """Return a redirect to the sign-in page, which leads back to the page with what was typed in its form.

    If that cannot be kept, return a page that shows it, with a link to the sign-in page.
    """
    if request.method in SAFE_METHODS or not is_staff_form(request, rule) or not typed_fields(request):
        return redirect_to_login(page_after_sign_in(request))
    if address := keep_unsaved(request, rule, writer):
        messages.info(request, SIGN_IN_FOR_TEXT)
        return redirect_to_login(address)
    context = {**texts_to_show(request, rule), "sign_in": redirect_to_login(request.get_full_path()).url}
    return render(request, "403_signed_out.html", context, status=403)


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
    return page_before(request) or reverse(settings.LOGIN_REDIRECT_URL)
