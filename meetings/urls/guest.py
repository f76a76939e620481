"""Addresses of the guests, who come with a personal link. What they press is posted to one address without the link."""

from django.urls import URLPattern, path

from meetings.views import coordinating
from meetings.views import guest as views

guest: list[URLPattern] = [
    path("", views.answer, name="answer"),
    path("ny-lank/", views.send_again, name="send_again"),
    path("samordna/", coordinating.coordinate, name="coordinate"),
    path("<str:token>/", views.reply, name="reply"),
    path("<str:token>/ersattare/", views.substitute, name="substitute"),
    path("<str:token>/kollega/", views.colleague, name="colleague"),
    path("<str:token>/samordnare/", coordinating.coordinator, name="coordinator"),
    path("<str:token>/kalender.ics", views.calendar, name="calendar"),
]
