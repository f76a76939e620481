"""Addresses of invitations, their letters, and attendance."""

from django.urls import path

from meetings.views import attendance, inviting, ledger, letters, planned, relinking

staff = [
    path("moten/<int:pk>/inbjudna/", inviting.invitations, name="invitations"),
    path("moten/<int:pk>/inbjudna/parter/", inviting.invitation_add, name="invitation_add"),
    path("moten/<int:pk>/inbjudna/gast/", inviting.guest_add, name="guest_add"),
    path("moten/<int:pk>/inbjudna/uppdatera/", inviting.invitees_refresh, name="invitees_refresh"),
    path("inbjudna/part/<int:pk>/", inviting.invitation_change, name="invitation_change"),
    path("inbjudna/part/<int:pk>/ta-bort/", inviting.invitation_remove, name="invitation_remove"),
    path("inbjudna/<int:pk>/ta-bort/", inviting.invitee_withdraw, name="invitee_withdraw"),
    path("inbjudna/<int:pk>/lank/", relinking.link_change, name="link_change"),
    path("inbjudna/<int:pk>/adress/", relinking.address_change, name="address_change"),
    path("inbjudna/<int:pk>/svar/", inviting.reply_note, name="reply_note"),
    path("moten/<int:pk>/brev/<slug:purpose>/", letters.letters_preview, name="letters_preview"),
    path("inbjudna/ersattare/<int:pk>/", ledger.substitute_decide, name="substitute_decide"),
    path("moten/<int:pk>/inbjudna/behov/", ledger.needs, name="needs"),
    path(
        "moten/<int:pk>/brev/<slug:purpose>/till/<int:invitee>/",
        letters.letters_preview_body,
        name="letters_preview_body",
    ),
    path("moten/<int:pk>/brev/<slug:purpose>/skicka/", letters.letters_send, name="letters_send"),
    path("moten/<int:pk>/brev/<slug:purpose>/skickas/", letters.letters_progress, name="letters_progress"),
    path("planerade/<int:pk>/", planned.planned_switch, name="planned_switch"),
    path("moten/<int:pk>/narvaro/", attendance.attendance, name="attendance"),
    path("moten/<int:pk>/narvaro/deltagare/", attendance.attendee_add, name="attendee_add"),
]
