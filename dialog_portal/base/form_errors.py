"""What forms say to listeners: the title says first whether one was refused, and hidden fields say nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet

register = template.Library()


@register.simple_tag(takes_context=True)
def error_prefix(context: template.Context) -> str:
    """Return "Fel: " when the page shows a form that was sent and refused, otherwise an empty text.

    Every form is looked at, whatever the page calls it, so no page needs to say it; `error` is the sentence that pages
    for guests show. A form that was sent by GET, such as a search, shows no errors.
    """
    request = context.get("request")
    if request is None or request.method != "POST":
        return ""
    return "Fel: " if context.get("error") or has_errors(context.flatten().values()) else ""


def has_errors(values: Iterable[Any]) -> bool:
    """Return whether one of the values is a form with errors, or a list or dictionary with such a form.

    Asked is the type and not the value: a lazy value would be made by it, and the CSRF token sets a cookie.
    """
    for value in values:
        kind = type(value)
        if issubclass(kind, dict) and has_errors(value.values()):
            return True
        if issubclass(kind, list | tuple) and has_errors(value):
            return True
        if issubclass(kind, BaseForm | BaseFormSet) and value.is_bound and not value.is_valid():
            return True
    return False


@register.filter
def without_aria(widget: dict[str, Any]) -> dict[str, Any]:
    """Return the context of a hidden widget without what it would say: HTML has no `aria-` attribute for it."""
    attrs = {name: value for name, value in widget["attrs"].items() if not name.startswith("aria-")}
    return {**widget, "attrs": attrs}
