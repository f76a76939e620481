"""Staff pages about the answers: who said what, what looks odd, what guests ask for, and needs as totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dialog_portal.access.requests import StaffRequest
from dialog_portal.states import NotAllowed
from meetings.actions import requests
from meetings.actions.needs import NEEDS_ARE_KEPT
from meetings.models import Answer, Invitee, Meeting, Need, Reply, SubstituteRequest
from meetings.roll import Row, rows, with_ledger
from meetings.totals import totals
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


def needs(request: StaffRequest, pk: int) -> HttpResponse:
    """Food and access for those who come: how many want what, never who."""
    meeting = get_object_or_404(Meeting.objects.with_names(), pk=pk)
    coming = [row.invitee.pk for row in rows(with_ledger(meeting.invitations.all())) if row.seated]
    told = list(Need.objects.filter(invitee__in=coming))
    context = {
        "meeting": meeting,
        "coming": len(coming),
        "told": len(told),
        "food": totals(need.food for need in told),
        "access": totals(need.access for need in told),
        "erased": meeting.ends_at + NEEDS_ARE_KEPT,
    }
    return render(request, "staff/inviting/needs.html", context)


@require_POST
def substitute_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve or refuse a substitute from outside the party; the guest is told."""
    wish = get_object_or_404(SubstituteRequest.objects.select_related("invitee"), pk=pk)
    approve = request.POST.get("beslut") == "ja"
    if not approve and request.POST.get("beslut") != "nej":
        messages.error(request, "Välj Godkänn eller Avslå.")
        return redirect("staff:invitations", wish.invitee.meeting_id)
    try:
        seen = (request.POST.get("namn", ""), request.POST.get("adress", ""))
        requests.decide(wish, approve=approve, seen=seen, by=request.user)
        done = "har fått en egen inbjudan" if approve else "får ingen inbjudan"
        messages.success(request, f"{wish.name} {done}. {wish.invitee} får besked till {wish.invitee.email}.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", wish.invitee.meeting_id)
