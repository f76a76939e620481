"""Personal links as staff see them: dead. Whoever works with the portal must not be able to act as a guest."""

from __future__ import annotations

import re

from django.http.response import HttpResponseBase

from dialog_portal.links.addresses import SECRET_PATHS

KEY_LENGTH = 30  # characters of a key at least: tokens have 42, and the addresses without a key are shorter
KEY = re.compile(rf"(/(?:{'|'.join(map(re.escape, SECRET_PATHS))}))[\w-]{{{KEY_LENGTH},}}", re.ASCII)
KEY_BYTES = re.compile(KEY.pattern.encode(), re.ASCII)
ANCHOR = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
TARGET = re.compile(r"""\s(?:href|target|rel)=(?:"[^"]*"|'[^']*')""", re.IGNORECASE)
TEXT_TYPES = ("text/", "application/json")


def without_working_links(text: str) -> str:
    """Return a text or HTML in which no personal link works: the key is "…", and its anchor leads nowhere."""
    return KEY.sub(r"\1…", ANCHOR.sub(_dead_anchor, text))


def _dead_anchor(anchor: re.Match[str]) -> str:
    """Return the tag as it is, or that of a link that looks the same and cannot be followed."""
    tag = anchor[0]
    return f'<a role="link" aria-disabled="true"{TARGET.sub("", tag[2:])}' if KEY.search(tag) else tag


def remove_working_links(response: HttpResponseBase) -> None:
    """Make the personal links on a page dead, wherever on it they stand."""
    content = getattr(response, "content", None)
    if content is None or not response.get("Content-Type", "").startswith(TEXT_TYPES):
        return
    if KEY_BYTES.search(content):
        response.content = without_working_links(content.decode()).encode()  # type: ignore[attr-defined]
