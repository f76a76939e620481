"""Template tag: show a button only to those whom the permission table lets press it."""

from django import template

from dialog_portal.access.models import User
from dialog_portal.access.permissions import rule_for

register = template.Library()


@register.filter
def may(user: User, view_name: str) -> bool:
    """`{% if user|may:"staff:meeting_change" %}`: true when the role may see the page or press the button."""
    rule = rule_for(view_name)
    role = getattr(user, "role", "")
    return rule is not None and (role in rule.see or role in rule.act)


@register.filter
def may_act(user: User, view_name: str) -> bool:
    """`{% if user|may_act:"staff:attendance" %}`: true when the role may send the page's form."""
    rule = rule_for(view_name)
    return rule is not None and getattr(user, "role", "") in rule.act
