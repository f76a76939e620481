"""Addresses of answers: the guests' own pages, and the staff's pages about answers.

Guests open a page with their personal link; their buttons post to one address that does not contain the link.
"""

from django.urls import URLPattern, path

from meetings.replies.views import answer, coordinator
from meetings.replies.views import guest as guests
from meetings.replies.views import staff as staff_views

staff: list[URLPattern] = [
    path("inbjudna/<int:pk>/svar/", staff_views.reply_note, name="reply_note"),
    path("inbjudna/<int:pk>/last/", staff_views.mail_read, name="mail_read"),
    path("inbjudna/kalendersvar/<int:pk>/", staff_views.calendar_reply_count, name="calendar_reply_count"),
    path("inbjudna/ersattare/<int:pk>/", staff_views.substitute_decide, name="substitute_decide"),
    path("moten/<int:pk>/inbjudna/behov/", staff_views.needs, name="needs"),
]

guest: list[URLPattern] = [
    path("", answer.answer, name="answer"),
    path("samordna/", coordinator.coordinate, name="coordinate"),
    path("<str:token>/", guests.reply, name="reply"),
    path("<str:token>/ersattare/", guests.substitute, name="substitute"),
    path("<str:token>/kollega/", guests.colleague, name="colleague"),
    path("<str:token>/samordnare/", coordinator.coordinator, name="coordinator"),
    path("<str:token>/kalender.ics", guests.calendar, name="calendar"),
]
