"""Addresses."""

from django.urls import URLPattern

staff: list[URLPattern] = []
