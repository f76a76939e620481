"""The root URL list: the public at /, staff under /arbete/, guests under /svar/, sign-in under /konto/."""

from django.urls import include, path

import dialog_portal.access.urls as access
import dialog_portal.dashboard.urls as dashboard
import dialog_portal.demo.urls as demo
import dialog_portal.outbox.pages.urls as outbox
import meetings.urls as meetings
import minutes.urls as minutes
import parties.urls as parties
from dialog_portal.access.admin import site as admin
from dialog_portal.links.addresses import ADMIN_PATH, REPLY_PATH, SIGN_IN_PATH, STAFF_PATH

staff = [
    *dashboard.staff,
    *parties.staff,
    *meetings.staff,
    *minutes.staff,
    *outbox.staff,
    *access.staff,
    *demo.staff,
]

urlpatterns = [
    path(STAFF_PATH, include((staff, "staff"))),
    path(REPLY_PATH, include((meetings.guest, "guest"))),
    path(SIGN_IN_PATH, include(access.account)),
    path(ADMIN_PATH, admin.urls),
    path("halsa", dashboard.health_probe, name="health"),
    path("", include((minutes.public, "public"))),
]
handler403 = "dialog_portal.dashboard.error_pages.forbidden"
handler404 = "dialog_portal.dashboard.error_pages.not_found"
