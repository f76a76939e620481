"""Django's admin, read-only: accounts and the audit log, for administrators who signed in on the portal's own pages.

A separate AdminSite, so that only the models registered here are shown. Accounts are changed on the portal's own pages,
which enforce the rules and write the audit log.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dialog_portal.access.models import User
from dialog_portal.base.audit import Event
from dialog_portal.links.addresses import STAFF_PATH


class PortalAdmin(admin.AdminSite):
    """Redirects to the portal's own pages for signing in, signing out and changing the password."""

    site_header = site_title = "Dialogportalen, administration"
    site_url = f"/{STAFF_PATH}"

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_login")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_change_password")


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows; nobody may add, change or delete any."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserAdmin(ReadOnly):
    list_display = ("name", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email")
    exclude = ("password",)


class EventAdmin(ReadOnly):
    list_display = ("at", "by", "what", "thing")
    list_select_related = ("by",)
    search_fields = ("what", "thing")
    date_hierarchy = "at"


site = PortalAdmin()
site.register(User, UserAdmin)
site.register(Event, EventAdmin)
