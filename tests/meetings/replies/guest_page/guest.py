"""What a guest does at the page behind the link: look, and press."""

import re

from django.test import Client
from django.urls import reverse

from dialog_portal.links.actions import token_for
from tests.pages import without_breaks

PRESS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
SCRIPT = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


def address(guest, name="reply"):
    return reverse(f"guest:{name}", args=[token_for(guest.link)])


def look(guest, query="", name="reply"):
    """The words on the page."""
    body = without_breaks(Client().get(f"{address(guest, name)}{query}").content)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def press(guest, headers=PRESS, **fields):
    return Client(enforce_csrf_checks=True).post(
        "/svar/", {"lank": token_for(guest.link), **fields}, headers=headers
    )


def buttons(guest, query=""):
    body = without_breaks(Client().get(f"{address(guest)}{query}").content)
    return re.findall(r'<button[^>]*name="svar" value="(\w+)"', body)
