"""The addresses: the public at the root, staff under /arbete/, guests under /svar/, sign-in under /konto/."""

from django.urls import include, path

import dialog_portal.access.urls as access
import dialog_portal.desk.urls as desk
import dialog_portal.outbox.urls as outbox
import meetings.urls as meetings
import minutes.urls as minutes
import parties.urls as parties
from dialog_portal.access.admin import site as admin

staff = [*desk.staff, *parties.staff, *meetings.staff, *minutes.staff, *outbox.staff, *access.staff]

urlpatterns = [
    path("arbete/", include((staff, "staff"))),
    path("svar/", include((meetings.guest, "guest"))),
    path("konto/", include(access.account)),
    path("admin/", admin.urls),
    path("halsa", desk.health, name="health"),
    path("", include((minutes.public, "public"))),
]
handler403 = "dialog_portal.desk.errors.forbidden"
handler404 = "dialog_portal.desk.errors.not_found"
