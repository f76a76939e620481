"""Middleware that refuses requests in any other character encoding than UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]


def utf8_only(get_response: GetResponse) -> GetResponse:
    """Respond with 400 to a request whose content type names another charset; no page of ours makes a browser do so.

    Django decodes forms and addresses with the codec that the request names. Python also has codecs that are not
    character encodings (zip) or that always fail (undefined).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        named = request.encoding  # None when Python has no such codec; then Django decodes as UTF-8
        if named and codecs.lookup(named).name != "utf-8":
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware
