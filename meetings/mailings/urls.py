"""Addresses of mailings: preview, progress, automatic reminders and the wording of letters."""

from django.urls import URLPattern, path

from meetings.mailings.views import preview, reminders, wording

ROUND = "omgangar/<int:year>/brev/"
MAILING = "moten/<int:pk>/brev/<slug:purpose>/ord/"

staff: list[URLPattern] = [
    path("moten/<int:pk>/brev/<slug:purpose>/", preview.letters_preview, name="letters_preview"),
    path(
        "moten/<int:pk>/brev/<slug:purpose>/till/<int:invitee>/",
        preview.letters_preview_body,
        name="letters_preview_body",
    ),
    path("moten/<int:pk>/brev/<slug:purpose>/skicka/", preview.letters_send, name="letters_send"),
    path("moten/<int:pk>/brev/<slug:purpose>/skickas/", preview.letters_progress, name="letters_progress"),
    path("planerade/<int:pk>/", reminders.planned_switch, name="planned_switch"),
    path(ROUND, wording.wording_list, name="wording_list"),
    path(f"{ROUND}<slug:purpose>/", wording.wording, name="wording"),
    path(f"{ROUND}<slug:purpose>/exempel/", wording.wording_example, name="wording_example"),
    path(f"{ROUND}<slug:purpose>/val/", wording.wording_choose, name="wording_choose"),
    path(MAILING, wording.meeting_wording, name="meeting_wording"),
    path(f"{MAILING}exempel/", wording.meeting_wording_example, name="meeting_wording_example"),
    path(f"{MAILING}val/", wording.meeting_wording_choose, name="meeting_wording_choose"),
]
