"""Addresses of the words of the letters."""

from django.urls import URLPattern, path

from meetings.views import wording

ROUND = "omgangar/<int:year>/brev/"
MAILING = "moten/<int:pk>/brev/<slug:purpose>/ord/"

staff: list[URLPattern] = [
    path(ROUND, wording.wording_list, name="wording_list"),
    path(f"{ROUND}<slug:purpose>/", wording.wording, name="wording"),
    path(f"{ROUND}<slug:purpose>/exempel/", wording.wording_example, name="wording_example"),
    path(f"{ROUND}<slug:purpose>/val/", wording.wording_choose, name="wording_choose"),
    path(MAILING, wording.meeting_wording, name="meeting_wording"),
    path(f"{MAILING}exempel/", wording.meeting_wording_example, name="meeting_wording_example"),
    path(f"{MAILING}val/", wording.meeting_wording_choose, name="meeting_wording_choose"),
]
