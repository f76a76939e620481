"""Staff pages about the answers: who said what, what looks odd, what guests ask for, and needs as totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import QueryDict

from meetings.models import Answer, Invitee, Meeting, Reply, SubstituteRequest
from meetings.replies.guest_list import Row, rows, with_ledger
from parties.models import Mandate

KINDS: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "tysta": ("Har inte svarat", lambda row: row.answer is None),
    "kommer": ("Kommer", lambda row: row.seated),
    "vantar": ("På väntelistan", lambda row: row.queue > 0),
    "nej": ("Kommer inte", lambda row: row.answer == Answer.NO),
    "ersattare": ("Skickar ersättare", lambda row: row.handed_over),
    "obekraftat": ("Obekräftat svar", lambda row: row.unconfirmed),
    "motstridigt": ("Motstridiga svar", lambda row: row.contradictory),
}


def ledger(meeting: Meeting, invitees: list[Invitee], query: QueryDict) -> dict[str, Any]:
    """What the list of invited shows of the answers; `invitees` are those that letters were fetched for."""
    parties = with_ledger(meeting.invitations.all())
    odd = set(Reply.objects.unsettled().filter(invitee__meeting=meeting).values_list("invitee", flat=True))
    known = {row.invitee.pk: row for row in rows(parties, odd)}
    everybody = [(invitee, known[invitee.pk]) for invitee in invitees if invitee.pk in known]
    kind, words = query.get("visa", ""), query.get("sok", "").strip()
    return {
        "people": [pair for pair in everybody if is_kind(pair[1], kind) and is_about(pair[0], words)],
        "invited": len(everybody),
        "parties": [(party, party.seats_taken) for party in parties],
        "answers": {name: sum(of(row) for _, row in everybody) for name, (_, of) in KINDS.items()},
        "coordinators": coordinators(meeting),
        "kinds": [(name, label) for name, (label, _) in KINDS.items()],
        "kind": kind if kind in KINDS else "",
        "words": words,
        "requests": SubstituteRequest.objects.waiting()
        .filter(invitee__meeting=meeting)
        .select_related("invitee__invitation__party"),
    }


def coordinators(meeting: Meeting) -> set[int]:
    """The people who answer for an invited party today, by the register."""
    held = Mandate.objects.current().filter(coordinator=True, party__invitations__meeting=meeting)
    return set(held.values_list("person", flat=True))


def is_kind(row: Row, kind: str) -> bool:
    return kind not in KINDS or KINDS[kind][1](row)


def is_about(invitee: Invitee, words: str) -> bool:
    """Whether every word stands in the person's name, address, title or party."""
    text = f"{invitee.name} {invitee.email} {invitee.title} {invitee.invitation}".casefold()
    return all(word in text for word in words.casefold().split())
