"""In which groups of a round each party stands: normally one, so what stands in two is shown wherever staff choose."""

from __future__ import annotations

from dialog_portal.base.swedish import swedish
from meetings.models.meeting import Group
from meetings.models.round import Round


def group_names_by_party(round_: Round, *, apart_from: Group | None = None) -> dict[int, list[str]]:
    """Return the names of a round's groups by the id of each party in them, in Swedish order; one query.

    `apart_from` is a group that is left out.
    """
    rows = Group.parties.through.objects.filter(group__round=round_)
    if apart_from and apart_from.pk:
        rows = rows.exclude(group=apart_from)
    found: dict[int, list[str]] = {}
    for party, name in rows.order_by(swedish("group__name")).values_list("party_id", "group__name"):
        found.setdefault(party, []).append(name)
    return found
