"""A coordinator's page: the people of the parties they answer for, and one button."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dialog_portal.base.states import NotAllowed
from dialog_portal.links.actions import token_for as token_of
from dialog_portal.links.guest_view import guest_view, link_not_found
from dialog_portal.links.human_press import read_press
from meetings.models import Invitation, Invitee
from meetings.replies.actions.coordinators import answer_for, coordinated_parties
from meetings.replies.forms.coordinator import CoordinatorAnswers
from meetings.replies.guest_list import rows_of_party, with_replies
from meetings.replies.views.answer import change_since_shown
from meetings.replies.views.guest import (
    NOT_TAKEN,
    button_name,
    find_invited,
    guest_context,
    redirect_to_own_page,
    redirect_with_get,
    render_own_page,
)

NOT_COUNTED = "Svaren räknas inte än."


def find_coordinator(token: str) -> tuple[Invitee | None, list[Invitation]]:
    """Return the coordinator whom a token belongs to, with their parties; None and no parties for anybody else."""
    invitee = find_invited(token)
    parties = with_replies(coordinated_parties(invitee)) if invitee else []
    return (invitee if parties else None), parties


@guest_view
@require_safe
def coordinator(request: HttpRequest, token: str) -> HttpResponse:
    """Show everybody the coordinator can answer for, with their current answers."""
    invitee, parties = find_coordinator(token)
    if invitee is None:
        return link_not_found(request)
    return render_coordinator_page(request, invitee, parties, saved="sparat" in request.GET)


@guest_view
@require_http_methods(["GET", "HEAD", "POST"])
def coordinate(request: HttpRequest) -> HttpResponse:
    """Store the chosen answers; nothing typed is lost when something is wrong."""
    invitee, parties = find_coordinator(request.POST.get("lank", ""))
    if invitee is None:
        return link_not_found(request)
    form = coordinator_form(invitee, parties, request.POST)
    if not form.is_valid():
        return render_coordinator_page(request, invitee, parties, form=form, status=422)
    if moved := change_since_shown(request, invitee):
        return render_coordinator_page(request, invitee, parties, form=form, error=moved, status=409)
    press, wishes = read_press(request, button_name(invitee, "samordna")), form.chosen_answers()
    try:
        overtaken = answer_for(invitee, wishes, confirmed=press.by_person)
    except NotAllowed as refusal:
        return render_coordinator_page(request, invitee, parties, form=form, error=str(refusal), status=409)
    if wishes and not press.by_person:
        asked = f"{press.question} {NOT_COUNTED}"
        return render_coordinator_page(request, invitee, parties, form=form, error=asked, press=press)
    if overtaken:
        fresh = with_replies(coordinated_parties(invitee))
        return render_coordinator_page(request, invitee, fresh, overtaken=overtaken, status=409)
    return redirect_with_get(
        reverse("guest:coordinator", args=[token_of(invitee.link)]) + "?sparat=1" * bool(wishes)
    )


def coordinator_form(invitee: Invitee, parties: list[Invitation], data: Any = None) -> CoordinatorAnswers:
    """Return the form with choices for everybody but the coordinator and those who have handed over to a substitute."""
    people = [row for party in parties for row in rows_of_party(party)]
    return CoordinatorAnswers(
        data, rows=[row for row in people if row.invitee.pk != invitee.pk and not row.has_handed_over]
    )


def render_coordinator_page(
    request: HttpRequest,
    invitee: Invitee,
    parties: list[Invitation],
    *,
    form: CoordinatorAnswers | None = None,
    status: int = 200,
    **words: Any,
) -> HttpResponse:
    """Render the parties with their people.

    After the deadline, go to the coordinator's own page, which shows what was chosen.
    """
    if not invitee.meeting.is_open_for_answers(timezone.now()):
        if form is None:
            return redirect_to_own_page(invitee)
        refusal = words.get("error") or NOT_TAKEN
        return render_own_page(request, invitee, error=refusal, unsaved=form.chosen_words(), status=409)
    form = form or coordinator_form(invitee, parties)
    choices = {row.invitee.pk: form.field_for(row) for row in form.rows}
    groups = [
        {
            "party": party,
            "rows": [
                (row, choices.get(row.invitee.pk))
                for row in rows_of_party(party)
                if row.invitee.pk != invitee.pk
            ],
        }
        for party in parties
    ]
    context = {**guest_context(invitee), "form": form, "groups": groups, **words}
    return render(request, "guest/coordinator.html", context, status=status)
