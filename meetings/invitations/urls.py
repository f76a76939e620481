"""Addresses of the list of invited, and of the page for guests who have lost their link."""

from django.urls import URLPattern, path

from meetings.invitations.views import guest_list, invite, links, resend_link

staff: list[URLPattern] = [
    path("moten/<int:pk>/inbjudna/", guest_list.invitations, name="invitations"),
    path("moten/<int:pk>/inbjudna/parter/", invite.invitation_add, name="invitation_add"),
    path("moten/<int:pk>/inbjudna/gast/", invite.guest_add, name="guest_add"),
    path("moten/<int:pk>/inbjudna/uppdatera/", invite.invitees_refresh, name="invitees_refresh"),
    path("inbjudna/part/<int:pk>/", invite.invitation_change, name="invitation_change"),
    path("inbjudna/part/<int:pk>/ta-bort/", invite.invitation_remove, name="invitation_remove"),
    path("inbjudna/<int:pk>/ta-bort/", invite.invitee_withdraw, name="invitee_withdraw"),
    path("inbjudna/<int:pk>/lank/", links.link_change, name="link_change"),
    path("inbjudna/<int:pk>/adress/", links.address_change, name="address_change"),
]

guest: list[URLPattern] = [
    path("ny-lank/", resend_link.send_again, name="send_again"),
]
