"""The audit log: one row for each thing that somebody at the office did."""

import json
from typing import Any

from django.db.models import Model

from dialog_portal.access.models import Event


def record(by: Any, what: str, thing: Model | str = "", **detail: Any) -> Event:
    """Add who did what to which thing; nobody means the portal itself.

    The detail holds ids, dates and names of fields. What a guest is called or wrote does not belong here.
    """
    named = thing if isinstance(thing, str) else f"{thing._meta.model_name} {thing.pk}"
    plain = json.loads(json.dumps(detail, default=str))
    return Event.objects.create(by=by, what=what, thing=named, detail=plain)
