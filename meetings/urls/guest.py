"""Addresses of the guests, who come with a personal link."""

from django.urls import URLPattern

guest: list[URLPattern] = []
