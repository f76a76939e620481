"""The error pages 403, 404 and CSRF failure, in plain Swedish. They give back what was typed in a refused form."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import redirect, render

from dialog_portal.access.permissions import SAFE_METHODS, NotPermitted, Rule, rule_for
from dialog_portal.access.unsaved_text import (
    is_from_own_page,
    keep_unsaved,
    page_before,
    texts_to_show,
    writer_of,
)
from dialog_portal.links.guest_view import GUEST_PREFIXES, link_not_found
from minutes.publishing.redirect_file import target_of


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the same 404 page whatever was not found, so that it does not show what exists.

    Below the guests' paths it is the guests' own page, which leads to a new link. An old address leads on to its page
    (301), as nginx does it from the same file. Somebody may have deleted the thing while its form was open, so what was
    typed in it is shown.
    """
    if request.path_info.startswith(GUEST_PREFIXES):
        return link_not_found(request)
    if request.method in SAFE_METHODS and (target := target_of(request.path_info)):
        return HttpResponsePermanentRedirect(target)
    return render(request, "404.html", texts_to_show(request, requested_rule(request)), status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the 403 page; for NotPermitted it says which role is needed, other messages are not meant for readers."""
    sentence = str(exception) if isinstance(exception, NotPermitted) else ""
    context = {"sentence": sentence, **texts_to_show(request, requested_rule(request))}
    return render(request, "403.html", context, status=403)


def requested_rule(request: HttpRequest) -> Rule | None:
    """Return the rule of the requested address; None if the address does not exist."""
    return rule_for(request.resolver_match.view_name) if request.resolver_match else None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Open the form again with what was typed in it, if the form was on a page of ours; else say what is wrong.

    A form of another site is given nothing: its text could be sent again with one press on our page.
    """
    own, rule = is_from_own_page(request), requested_rule(request)
    if own and (address := keep_unsaved(request, rule, writer_of(request))):
        return redirect(address)
    context = {
        "own": own,
        "without_cookie": reason == REASON_NO_CSRF_COOKIE,
        "page": request.path if rule and rule.see and own else page_before(request),
        **(texts_to_show(request, rule) if own else {}),
    }
    return render(request, "403_csrf.html", context, status=403)
