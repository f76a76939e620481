"""Addresses for who tries the portal; they answer 404 where letters leave it."""

from django.urls import path

from dialog_portal.demo import working_links

staff = [path("utkorg/<int:pk>/oppna/<int:number>/", working_links.letter_open, name="letter_open")]
