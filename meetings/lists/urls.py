"""Addresses of the lists of a meeting."""

from django.urls import path

from meetings.lists import views

staff = [
    path("moten/<int:pk>/listor/", views.invitation_lists, name="invitation_lists"),
    path("moten/<int:pk>/listor/<str:file>", views.invitation_list_file, name="invitation_list_file"),
]
