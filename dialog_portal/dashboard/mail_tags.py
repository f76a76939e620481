"""What pages say about letters wherever they stand: what keeps them from leaving, and what a mailing is about."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from dialog_portal.dashboard.tasks.letters import campaign_titles
from dialog_portal.outbox.health import trouble
from dialog_portal.outbox.models import Hold

register = template.Library()


@register.simple_tag
def letter_trouble() -> tuple[str, ...]:
    """`{% letter_trouble as banners %}`: sentences for a red banner, most often none; three small queries."""
    return trouble()


@register.filter
def with_titles(holds: Iterable[Hold]) -> list[tuple[Hold, str]]:
    """Each hold with the title of the meeting whose letters it keeps; one query for them all."""
    rows = list(holds)
    about = campaign_titles(row.campaign for row in rows)
    return [(row, about.get(row.campaign, "")) for row in rows]
