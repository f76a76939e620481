"""Addresses of the outbox."""

from django.urls import path

from dialog_portal.outbox.pages import many_letters, views

staff = [
    path("utkorg/", views.outbox, name="outbox"),
    path("utkorg/hall/", views.outbox_hold, name="outbox_hold"),
    path("utkorg/slapp/", many_letters.outbox_release, name="outbox_release"),
    path("utkorg/stoppa/", many_letters.outbox_stop, name="outbox_stop"),
    path("utkorg/<int:pk>/", views.letter, name="letter"),
    path("utkorg/<int:pk>/innehall/", views.letter_body, name="letter_body"),
    path("utkorg/<int:pk>/innehall/<int:number>/", views.letter_body, name="letter_body"),
    path("utkorg/<int:pk>/forsok/", views.letter_retry, name="letter_retry"),
    path("utkorg/<int:pk>/stoppa/", views.letter_stop, name="letter_stop"),
    path("utkorg/<int:pk>/adress/", views.letter_correct, name="letter_correct"),
    path("utkorg/<int:pk>/meddelad/", views.letter_told, name="letter_told"),
    path("utkorg/<int:pk>/studsat/", views.letter_bounced, name="letter_bounced"),
]
