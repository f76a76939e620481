"""The title of a page says whether its form was refused: it is the first that a screen reader reads."""

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
    """Return whether one of the values is a form with errors, or a list or dictionary with such a form."""
    for value in values:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list | tuple):
            if has_errors(value):
                return True
        elif isinstance(value, BaseForm | BaseFormSet) and value.is_bound and not value.is_valid():
            return True
    return False
