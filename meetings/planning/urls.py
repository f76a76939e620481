"""URLs of the staff pages about rounds, groups and meetings."""

from django.urls import URLPattern, path

from meetings.planning.views import meetings, rounds

staff: list[URLPattern] = [
    path("omgangar/", rounds.round_list, name="round_list"),
    path("omgangar/ny/", rounds.round_add, name="round_add"),
    path("omgangar/<int:year>/", rounds.round_detail, name="round_detail"),
    path("omgangar/<int:year>/andra/", rounds.round_change, name="round_change"),
    path("omgangar/<int:year>/kopiera/", rounds.round_copy, name="round_copy"),
    path("omgangar/<int:year>/ta-bort/", rounds.round_delete, name="round_delete"),
    path("omgangar/<int:year>/grupper/ny/", rounds.group_add, name="group_add"),
    path("grupper/<int:pk>/andra/", rounds.group_change, name="group_change"),
    path("grupper/<int:pk>/ta-bort/", rounds.group_remove, name="group_remove"),
    path("omgangar/<int:year>/moten/nytt/", meetings.meeting_add, name="meeting_add"),
    path("moten/<int:pk>/", meetings.meeting_detail, name="meeting_detail"),
    path("moten/<int:pk>/andra/", meetings.meeting_change, name="meeting_change"),
    path("moten/<int:pk>/kopiera/", meetings.meeting_copy, name="meeting_copy"),
    path("moten/<int:pk>/stall-in/", meetings.meeting_cancel, name="meeting_cancel"),
    path("moten/<int:pk>/ta-bort/", meetings.meeting_delete, name="meeting_delete"),
    path("moten/<int:pk>/genomfort/", meetings.meeting_hold, name="meeting_hold"),
]
