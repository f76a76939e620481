"""The part of the staff's list of invited that is about answers: filters, totals and guests' requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from dialog_portal.base.swedish import text_contains
from meetings.models import Answer, Invitee, Meeting, Reply, SubstituteRequest
from meetings.models.letter_to_read import has_mail_to_read
from meetings.replies.guest_list import GuestRow, guest_rows, with_replies
from parties.models import Mandate

ANSWER_FILTERS: dict[str, tuple[str, Callable[[GuestRow], bool]]] = {
    "tysta": ("Har inte svarat", lambda row: row.is_silent),
    "ejinbjudna": ("Inte inbjudna än", lambda row: row.is_not_invited),
    "kommer": ("Kommer", lambda row: row.is_seated),
    "vantar": ("På väntelistan", lambda row: row.queue > 0),
    "nej": ("Kommer inte", lambda row: row.answer == Answer.NO),
    "ersattare": ("Skickar ersättare", lambda row: row.has_handed_over),
    "obekraftat": ("Obekräftat svar", lambda row: row.unconfirmed),
    "motstridigt": ("Motstridiga svar", lambda row: row.contradictory),
    "skrivit": ("Har skrivit, inte läst", lambda row: row.to_read),
}


def answers_context(meeting: Meeting, invitees: list[Invitee], query: QueryDict) -> dict[str, Any]:
    """Return what the list of invited shows about answers; `invitees` are those whose letters have been fetched."""
    parties = with_replies(meeting.invitations.all())
    in_use = set(meeting.invitations.in_use().values_list("pk", flat=True))
    odd = set(Reply.objects.unsettled().filter(invitee__meeting=meeting).values_list("invitee", flat=True))
    wrote = set(invitees_with_mail(meeting))
    rows = guest_rows(parties, odd)
    known = {row.invitee.pk: replace(row, to_read=row.invitee.pk in wrote) for row in rows}
    everybody = [(invitee, known[invitee.pk]) for invitee in invitees if invitee.pk in known]
    kind, words = query.get("visa", ""), query.get("sok", "").strip()
    return {
        "people": [
            pair for pair in everybody if matches_filter(pair[1], kind) and matches_words(pair[0], words)
        ],
        "invited": len(everybody),
        "parties": [(party, party.seats_taken, party.pk in in_use) for party in parties],
        "answers": count_answers(row for _, row in everybody),
        "coordinators": coordinators_of(meeting),
        "kinds": [(name, label) for name, (label, _) in ANSWER_FILTERS.items()],
        "kind": kind if kind in ANSWER_FILTERS else "",
        "words": words,
        "requests": SubstituteRequest.objects.waiting()
        .filter(invitee__meeting=meeting)
        .select_related("invitee__invitation__party"),
    }


def count_answers(rows: Iterable[GuestRow]) -> dict[str, int]:
    """Return how many people there are of each kind, by the names in ANSWER_FILTERS: the same numbers on every page."""
    people = list(rows)
    return {name: sum(of(row) for row in people) for name, (_, of) in ANSWER_FILTERS.items()}


def invitees_with_mail(meeting: Meeting) -> list[int]:
    """Return the ids of the people of whom something waits to be read."""
    rows = meeting.invitees.active().filter(has_mail_to_read(timezone.now()))
    return list(rows.values_list("pk", flat=True))


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
