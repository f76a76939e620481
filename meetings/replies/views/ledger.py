"""The part of the staff's list of invited that is about answers: filters, totals and guests' requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import QueryDict

from dialog_portal.base.swedish import text_contains
from meetings.models import Answer, Invitee, Meeting, Reply, SubstituteRequest
from meetings.replies.guest_list import GuestRow, guest_rows, with_replies
from parties.models import Mandate

ANSWER_FILTERS: dict[str, tuple[str, Callable[[GuestRow], bool]]] = {
    "tysta": ("Har inte svarat", lambda row: row.answer is None),
    "kommer": ("Kommer", lambda row: row.is_seated),
    "vantar": ("På väntelistan", lambda row: row.queue > 0),
    "nej": ("Kommer inte", lambda row: row.answer == Answer.NO),
    "ersattare": ("Skickar ersättare", lambda row: row.has_handed_over),
    "obekraftat": ("Obekräftat svar", lambda row: row.unconfirmed),
    "motstridigt": ("Motstridiga svar", lambda row: row.contradictory),
}


def answers_context(meeting: Meeting, invitees: list[Invitee], query: QueryDict) -> dict[str, Any]:
    """Return what the list of invited shows about answers; `invitees` are those whose letters have been fetched."""
    parties = with_replies(meeting.invitations.all())
    odd = set(Reply.objects.unsettled().filter(invitee__meeting=meeting).values_list("invitee", flat=True))
    known = {row.invitee.pk: row for row in guest_rows(parties, odd)}
    everybody = [(invitee, known[invitee.pk]) for invitee in invitees if invitee.pk in known]
    kind, words = query.get("visa", ""), query.get("sok", "").strip()
    return {
        "people": [
            pair for pair in everybody if matches_filter(pair[1], kind) and matches_words(pair[0], words)
        ],
        "invited": len(everybody),
        "parties": [(party, party.seats_taken) for party in parties],
        "answers": {name: sum(of(row) for _, row in everybody) for name, (_, of) in ANSWER_FILTERS.items()},
        "coordinators": coordinators_of(meeting),
        "kinds": [(name, label) for name, (label, _) in ANSWER_FILTERS.items()],
        "kind": kind if kind in ANSWER_FILTERS else "",
        "words": words,
        "requests": SubstituteRequest.objects.waiting()
        .filter(invitee__meeting=meeting)
        .select_related("invitee__invitation__party"),
    }


def coordinators_of(meeting: Meeting) -> set[int]:
    """Return the ids of the people who answer for an invited party today, according to the register."""
    held = Mandate.objects.current().filter(coordinator=True, party__invitations__meeting=meeting)
    return set(held.values_list("person", flat=True))


def matches_filter(row: GuestRow, kind: str) -> bool:
    """Return whether a row is of the chosen kind; an unknown kind matches everything."""
    return kind not in ANSWER_FILTERS or ANSWER_FILTERS[kind][1](row)


def matches_words(invitee: Invitee, words: str) -> bool:
    """Return whether every word is found in the person's name, address, title or party."""
    text = f"{invitee.name} {invitee.email} {invitee.title} {invitee.invitation}"
    return all(text_contains(text, word) for word in words.split())
