"""Give back what a person typed in a form that could not be taken: the sign-in had ended, or the page was too old.

The fields are kept in the session, which lives on through signing in, under the person who typed them: a signed cookie
says who used this browser last. The form is then opened again with `?osparat=…`, and the middleware puts the fields in
`request.POST`, where views read them. The request is still a GET, so nothing is saved before the person presses the
button again.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.crypto import get_random_string
from django.utils.html import strip_tags

from dialog_portal.access.permissions import SAFE_METHODS, Rule
from dialog_portal.links.addresses import STAFF_PATH

SESSION_KEY = "unsaved_text"
WRITER_SALT = "writer"
QUERY = "osparat"
MAX_FORMS = 5  # kept at the same time, from several tabs
MAX_CHARACTERS = 1_000_000  # of one form; a session is read with every request
GIVEN_BACK = (
    "Formuläret togs inte emot, så inget är sparat än. Det du skrev står kvar. Kontrollera det och spara."
)
CSRF_FIELD = "csrfmiddlewaretoken"
END_OF_LINE = re.compile(r"<br\s*/?>|</(?:p|li|h\d|tr|blockquote)>", re.IGNORECASE)

Fields = list[tuple[str, list[str]]]


class UnsavedForm(NamedTuple):
    """A form that was sent and not taken: a mark for the address, the form's own address, who typed, and what."""

    mark: str
    path: str
    query: str
    writer: int
    fields: Fields

    @property
    def address(self) -> str:
        """The address that opens the form with what was typed in it."""
        return f"{self.path}?{self.query}{'&' * bool(self.query)}{QUERY}={self.mark}"


def remember_writer(request: HttpRequest, response: HttpResponse) -> None:
    """Set the signed cookie that says who is signed in. It stays when the session ends, and goes with the browser."""
    user = request.user
    if user.is_authenticated and _writer_in_cookie(request) != user.pk:
        response.set_signed_cookie(
            settings.WRITER_COOKIE_NAME,
            str(user.pk),
            salt=WRITER_SALT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def writer_of(request: HttpRequest) -> int | None:
    """Return the id of who is signed in, otherwise of who was signed in last in this browser; None if unknown."""
    return request.user.pk if request.user.is_authenticated else _writer_in_cookie(request)


def _writer_in_cookie(request: HttpRequest) -> int | None:
    said = request.get_signed_cookie(settings.WRITER_COOKIE_NAME, default="", salt=WRITER_SALT)
    return int(said) if said else None


def typed_fields(request: HttpRequest) -> Fields:
    """Return the fields of the sent form with their values, without the CSRF token; empty if none has a value."""
    fields = [(name, values) for name, values in request.POST.lists() if name != CSRF_FIELD]
    return fields if any(value.strip() for _, values in fields for value in values) else []


def is_staff_form(request: HttpRequest, rule: Rule | None) -> bool:
    """Return whether the address has a page of staff with a form.

    The forms of sign-in and of one's own account hold passwords, so they are not given back. A button has no page.
    """
    return rule is not None and bool(rule.see) and request.path.startswith(f"/{STAFF_PATH}")


def keep_unsaved(request: HttpRequest, rule: Rule | None, writer: int | None) -> str:
    """Keep the sent form in the session. Return the address that opens it again.

    Return "" if nothing was typed, if it is too long or its writer unknown, or if the address has no form of staff.
    """
    fields = typed_fields(request)
    length = sum(len(value) for _, values in fields for value in values)
    if writer is None or not fields or length > MAX_CHARACTERS or not is_staff_form(request, rule):
        return ""
    form = UnsavedForm(get_random_string(8), request.path, own_query(request).urlencode(), writer, fields)
    others = [row for row in kept_forms(request) if (row.path, row.query) != (form.path, form.query)]
    request.session[SESSION_KEY] = [*others[1 - MAX_FORMS :], form]
    return form.address


def own_query(request: HttpRequest) -> QueryDict:
    """Return the query of the address without the mark of a form that is given back."""
    query = request.GET.copy()
    query.pop(QUERY, None)
    return query


def kept_forms(request: HttpRequest) -> list[UnsavedForm]:
    return [UnsavedForm(*row) for row in request.session.get(SESSION_KEY, [])]


def give_back(request: HttpRequest) -> None:
    """Put what was typed where the view reads it, if the address asks for it and the same person typed it there.

    When the form is sent again it is no longer kept.
    """
    if request.method not in SAFE_METHODS:
        _forget(request)
        return
    mark = request.GET.get(QUERY)
    found = next((row for row in kept_forms(request) if row.mark == mark), None) if mark else None
    if found and (found.path, found.writer) == (request.path, request.user.pk):
        data = QueryDict(mutable=True)
        for name, values in found.fields:
            data.setlist(name, values)
        request.POST = data  # type: ignore[assignment]
        messages.warning(request, GIVEN_BACK)


def _forget(request: HttpRequest) -> None:
    kept = kept_forms(request)
    others = [row for row in kept if row.path != request.path]
    if len(others) < len(kept):
        request.session[SESSION_KEY] = others


def is_from_own_page(request: HttpRequest) -> bool:
    """Return whether the browser says that the form was on a page of the portal. If it says nothing, it may not be."""
    if origin := request.headers.get("Origin"):
        return origin in {settings.BASE_URL, f"{request.scheme}://{request.get_host()}"}
    return request.headers.get("Sec-Fetch-Site") == "same-origin" or bool(page_before(request))


def page_before(request: HttpRequest) -> str:
    """Return the path of the portal's page where the form was; empty if the browser does not say, or says another."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() else ""


def typed_texts(request: HttpRequest) -> list[str]:
    """Return the texts of the sent form for reading and copying: no numbers, dates or ticked boxes."""
    values = [value for _, values in typed_fields(request) for value in values]
    texts = [as_plain_text(value) for value in values if value != "on"]
    return [text for text in texts if any(char.isalpha() for char in text)]


def as_plain_text(value: str) -> str:
    """Return what a person sees of a value: the text of HTML with its line breaks, other text as it is."""
    if not (value.startswith("<") and value.endswith(">")):
        return value.strip()
    return unescape(strip_tags(END_OF_LINE.sub("\n", value))).strip()


def texts_to_show(request: HttpRequest, rule: Rule | None) -> dict[str, Any]:
    """Return the context of a page that refuses a form: the typed texts."""
    shown = request.method == "POST" and is_staff_form(request, rule)
    return {"typed_texts": typed_texts(request) if shown else []}
