"""Addresses of the attendance list."""

from django.urls import URLPattern, path

from meetings.attendance import views

staff: list[URLPattern] = [
    path("moten/<int:pk>/narvaro/", views.attendance, name="attendance"),
    path("moten/<int:pk>/narvaro/deltagare/", views.attendee_add, name="attendee_add"),
]
