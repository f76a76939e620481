"""Staff form for a redirect: an old address, the page that it leads to, and the stamp of the old page."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from django import forms
from django.urls import Resolver404, resolve

from dialog_portal.base.versioned_form import VersionedForm
from dialog_portal.links.addresses import ADMIN_PATH, SECRET_PATHS, SIGN_IN_PATH, STAFF_PATH
from minutes.models import Redirect
from minutes.publishing.bake import BAKED_VIEWS, is_file, public_file

OLD_PATH = re.compile(r"/[\w./~-]*\w")  # nothing that the web server's configuration could read as a command
OWN_PATHS = tuple(f"/{path}" for path in (STAFF_PATH, SIGN_IN_PATH, ADMIN_PATH, "static/", *SECRET_PATHS))


class RedirectForm(VersionedForm):
    """An old address and where it leads. A whole address may be pasted; its host and query are left out."""

    class Meta:
        model = Redirect
        fields = ("old_path", "target", "page_stamp")
        error_messages = {
            "old_path": {"required": "Skriv den gamla adressen."},
            "target": {"required": "Skriv vilken sida den leder till."},
        }

    def clean_old_path(self) -> str:
        """Return the path in one form: decoded, without a slash at the end."""
        path = path_of(self.cleaned_data["old_path"])
        if not OLD_PATH.fullmatch(path):
            raise forms.ValidationError(
                "Skriv adressen med bokstäver, siffror, snedstreck, punkt och bindestreck."
            )
        if (
            f"{path}/".lower().startswith(OWN_PATHS)
            or is_file(public_file(f"{path}/"))
            or is_file(public_file(path))
        ):
            raise forms.ValidationError("Det finns redan en sida på den adressen.")
        others = Redirect.objects.filter(old_path__iexact=path).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("Den gamla adressen finns redan i listan.")
        return path

    def clean_target(self) -> str:
        """Return the path of a page that exists on this site."""
        path = path_of(self.cleaned_data["target"])
        page = path if "." in path.rpartition("/")[2] else f"{path.rstrip('/')}/"
        if not is_public_page(page):
            raise forms.ValidationError("Det finns ingen sida på den här webbplatsen med den adressen.")
        return page


def is_public_page(address: str) -> bool:
    """Return whether an address is a public page's own, and the page has been baked."""
    try:
        return resolve(address).func in BAKED_VIEWS and is_file(public_file(address))
    except Resolver404:
        return False


def path_of(text: str) -> str:
    """Return the decoded path of an address, beginning with a slash and without one at the end."""
    path = unquote(urlsplit(text.strip()).path).rstrip("/")
    return path if path.startswith("/") else f"/{path}"
