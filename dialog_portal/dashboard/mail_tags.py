"""Template tags about letters for all pages: warning banners when letters do not leave, and titles of mailings."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from dialog_portal.dashboard.tasks.letters import campaign_titles
from dialog_portal.outbox.health import warning_banners
from dialog_portal.outbox.models import Hold

register = template.Library()


@register.simple_tag
def letter_trouble() -> tuple[str, ...]:
    """Return the sentences of the red banner, usually none, with three small queries.

    In a template: `{% letter_trouble as banners %}`.
    """
    return warning_banners()


@register.filter
def title_of_hold(hold: Hold) -> str:
    """Return the title of the meeting whose letters a hold keeps back, else an empty text."""
    return campaign_titles([hold.campaign]).get(hold.campaign, "")


@register.filter
def with_titles(holds: Iterable[Hold]) -> list[tuple[Hold, str]]:
    """Return each hold with the title of the meeting whose letters it holds back, in one query."""
    rows = list(holds)
    about = campaign_titles(row.campaign for row in rows)
    return [(row, about.get(row.campaign, "")) for row in rows]
