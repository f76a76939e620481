"""Addresses of accounts: the administrator's pages and the sign-in pages, of which sign-up is not one."""

from django.urls import URLPattern, URLResolver, include, path

staff: list[URLPattern] = []
account: list[URLPattern | URLResolver] = [path("", include("allauth.urls"))]
