"""Addresses of the staff's start page, the style page and the health probe."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

staff: list[URLPattern] = []


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")
