"""Links from letters, without the signs that a mail program took for their last part.

A mail program that makes a link of an address in plain text often takes along what stands behind it: a full stop, a
bracket, the `>` of a quotation. Such an address opens the page that was meant, and is not counted as a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dialog_portal.links.actions import TOKEN_LENGTH
from dialog_portal.links.addresses import GUEST_PATHS, SECRET_PATHS

GetResponse = Callable[[HttpRequest], HttpResponse]
SECRET_PREFIXES = tuple(f"/{path}" for path in SECRET_PATHS)
# A whole token with a sign directly behind it, and whatever follows the sign. A letter or digit is no sign: a token
# with one more of them is another token.
TOKEN_AND_SIGN = re.compile(
    rf"(?P<link>/(?:{'|'.join(re.escape(path) for path in GUEST_PATHS)})[\w-]{{{TOKEN_LENGTH}}})[^\w/-].*",
    re.ASCII | re.DOTALL,
)
# Signs at the end, also as HTML writes them. The look behind keeps the search from trying again at each sign.
SIGNS_BEHIND = re.compile(r"(?<=[\w/-])(?:&(?:gt|lt|quot|nbsp|#\d{1,5});?|[^\w/-])+/?$", re.ASCII)


def without_signs_behind(path: str) -> str:
    """Return the path that was meant; the same path when nothing stands behind it."""
    whole = TOKEN_AND_SIGN.fullmatch(path)
    meant = whole["link"] if whole else SIGNS_BEHIND.sub("", path)
    is_file = "." in meant.rpartition("/")[2]
    return path if meant == path else meant if is_file or meant.endswith("/") else f"{meant}/"


def open_mailed_links(get_response: GetResponse) -> GetResponse:
    """Middleware: read an address below SECRET_PATHS with signs behind it as the one that was meant.

    Nothing is redirected, so an address that leads nowhere is answered as every other one.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD") and request.path_info.startswith(SECRET_PREFIXES):
            request.path_info = request.path = without_signs_behind(request.path_info)
        return get_response(request)

    return middleware
