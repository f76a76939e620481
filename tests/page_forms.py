"""The forms of a page as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TEXT_INPUTS = {"text", "email", "search", "url", "tel"}
CHOICES = {"checkbox", "radio"}
BUTTONS = {"submit", "button"}


@dataclass
class PageForm:
    """A form of a page: where it is sent, what its fields hold, and the names of those that take text."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class FormReader(HTMLParser):
    """Collects the forms of a page that are sent with POST, without their CSRF tokens."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[PageForm] = []
        self.now = PageForm("")
        self.inside = ""  # the name of the open textarea or select
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.now = PageForm(given.get("action") or self.path)
            self.forms += [self.now] * (given.get("method") == "post")
        elif tag == "textarea":
            self.inside = given["name"]
            self.now.texts.append(self.inside)
            self.now.values[self.inside] = [""]
        elif tag == "select":
            self.inside = given["name"]
        elif tag == "option" and "selected" in given:
            self._hold(self.inside, given.get("value", ""))
        elif tag == "input":
            self._read_input(given)

    def _read_input(self, given: dict[str, Any]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if kind in BUTTONS or name in {"", "csrfmiddlewaretoken"} or "disabled" in given:
            return
        if kind in TEXT_INPUTS:
            self.now.texts.append(name)
        if kind not in CHOICES or "checked" in given:
            self._hold(name, given.get("value", "on" if kind in CHOICES else ""))

    def _hold(self, name: str, value: str) -> None:
        self.now.values.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.inside in self.now.values and self.inside in self.now.texts:
            self.now.values[self.inside] = [(self.now.values[self.inside][0] + data).removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.inside = ""


def form_with(page: Any, name: str) -> PageForm:
    """Return the form of a response's page that has a field of that name."""
    forms = FormReader(page.content.decode(), page.request["PATH_INFO"]).forms
    return next(form for form in forms if name in form.values)
