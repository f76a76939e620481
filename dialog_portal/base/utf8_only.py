"""Requests are read as UTF-8 and nothing else."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

GetResponse = Callable[[HttpRequest], HttpResponse]


def utf8_only(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a request that says it is written in anything else, as no page of ours makes a browser do.

    Python has codecs that are no alphabets (zip) or that fail on purpose (undefined), and Django reads forms and
    addresses with whichever the request names.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        named = request.encoding  # only if Python knows it; otherwise Django reads UTF-8
        if named and codecs.lookup(named).name != "utf-8":
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware
