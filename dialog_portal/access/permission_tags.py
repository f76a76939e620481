"""Template filters that show a link or button only to users whom the permission table allows it."""

from django import template

from dialog_portal.access.models import User
from dialog_portal.access.permissions import rule_for

register = template.Library()


@register.filter
def may(user: User, view_name: str) -> bool:
    """Return whether the user's role may see a page or act on it: `{% if user|may:"staff:meeting_change" %}`."""
    rule = rule_for(view_name)
    role = getattr(user, "role", "")
    return rule is not None and (role in rule.see or role in rule.act)


@register.filter
def may_act(user: User, view_name: str) -> bool:
    """Return whether the user's role may send a page's form: `{% if user|may_act:"staff:attendance" %}`."""
    rule = rule_for(view_name)
    return rule is not None and getattr(user, "role", "") in rule.act
