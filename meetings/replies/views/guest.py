"""The guest's own pages. Opening them changes nothing; buttons are handled in answer.py."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dialog_portal.base.swedish import join_words
from dialog_portal.links.actions import find_link
from dialog_portal.links.actions import token_for as token_of
from dialog_portal.links.guest_view import guest_view, link_not_found
from dialog_portal.links.human_press import MARK_FIELD, Press, asked_press
from dialog_portal.links.purposes import LinkPurpose
from meetings.mailings.calendar_file import CALENDAR_CONTENT_TYPE, calendar_for
from meetings.models import Invitee, Need, SubstituteRequest
from meetings.replies.actions.colleagues import can_bring_colleague
from meetings.replies.actions.coordinators import coordinated_parties
from meetings.replies.forms.guest import Needs, SomebodyElse
from meetings.replies.party_domains import party_domains
from meetings.replies.reply_status import reply_status
from meetings.replies.views.answer_buttons import answer_buttons, button_to_confirm, question_to_confirm

NOT_TAKEN = "Det går inte längre att ändra här. Inget är sparat."


def find_invited(token: str) -> Invitee | None:
    """Return the person whom a token belongs to, None when the link is closed or they are off the list."""
    link = find_link(token, LinkPurpose.REPLY)
    rows = Invitee.objects.active().select_related(
        "meeting__round", "meeting__officer", "meeting__agenda", "invitation__party", "link", "substitute_for"
    )
    return rows.filter(link=link).first() if link else None


@guest_view
@require_safe
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Show what, when, where and three buttons; after an answer the same page confirms it."""
    invitee = find_invited(token)
    return render_own_page(request, invitee) if invitee else link_not_found(request)


@guest_view
@require_safe
def substitute(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form about a substitute."""
    invitee = find_invited(token)
    return (
        render_somebody_page(request, invitee, "substitute", somebody_form(invitee, "substitute"))
        if invitee
        else link_not_found(request)
    )


@guest_view
@require_safe
def colleague(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form about a colleague."""
    invitee = find_invited(token)
    return (
        render_somebody_page(request, invitee, "colleague", somebody_form(invitee, "colleague"))
        if invitee
        else link_not_found(request)
    )


@guest_view
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Return the meeting as a file for the person's own calendar."""
    invitee = find_invited(token)
    if invitee is None:
        return link_not_found(request)
    meeting = invitee.meeting
    day = timezone.localdate(meeting.starts_at).isoformat()
    kind = CALENDAR_CONTENT_TYPE.format("CANCEL" if meeting.cancelled else "PUBLISH")
    named = {"Content-Disposition": f'attachment; filename="dialogmote-{day}.ics"'}
    return HttpResponse(calendar_for(meeting, invitee), content_type=kind, headers=named)


def render_own_page(
    request: HttpRequest,
    invitee: Invitee,
    *,
    error: str = "",
    unsaved: Iterable[tuple[str, str]] = (),
    press: Press | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the person's page as things are now; `press` is the one after which it asks again.

    `unsaved` are labels and texts of a form that could not be taken. What was typed about needs stands in its form
    again, or among the unsaved if the page has no such form now.
    """
    meeting, current = invitee.meeting, reply_status(invitee)
    is_open = meeting.is_open_for_answers(timezone.now())
    question = question_to_confirm(current) if is_open else ""
    shows_needs = is_open and not question and current.case == "seated"
    asked_for = SubstituteRequest.objects.waiting().filter(invitee=invitee).first()
    asked = button_name(invitee, button_to_confirm(current))
    press = press or asked_press(request.GET.get(MARK_FIELD, ""), asked)
    context = {
        **guest_context(invitee),
        **needs_context(request, invitee, unsaved, shown=shows_needs),
        "press": press,
        "reply_status": current,
        "state": "cancelled" if meeting.cancelled else "open" if is_open else "closed",
        "question": question,
        "buttons": answer_buttons(
            current,
            answer_in_link(request),
            deputy=bool(invitee.substitute_for_id),
            is_asked_last=lambda value: press.is_last_on(button_name(invitee, value)),
        ),
        "agenda": meeting.agenda.timed_items_for_guests(),
        "brought": invited_colleague(invitee, request.GET.get("inbjuden", "")),
        "can_bring": is_open and can_bring_colleague(invitee, current),
        "asked_for": asked_for,
        "coordinated": coordinated_parties(invitee).in_order() if is_open else [],
        "error": error,
    }
    return render(request, "guest/reply.html", context, status=status)


def needs_context(
    request: HttpRequest, invitee: Invitee, unsaved: Iterable[tuple[str, str]], *, shown: bool
) -> dict[str, Any]:
    """Return the form about needs if it is shown, and what was typed in forms that are not."""
    needs = needs_form(invitee, request.POST if "access" in request.POST else None)
    typed = [] if shown else typed_values(needs)
    return {"needs": needs if shown else None, "unsaved": [*unsaved, *typed]}


def answer_in_link(request: HttpRequest) -> str:
    """Return the answer that the letter's link asked for, empty when none; signs behind it are no part of it."""
    return "".join(re.findall(r"^[a-z]+", request.GET.get("svar", "")))


def guest_context(invitee: Invitee) -> dict[str, Any]:
    """Return what every page of a person shows."""
    return {
        "invitee": invitee,
        "meeting": invitee.meeting,
        "organisation": invitee.invitation.organisation,
        "represents": join_words(row.organisation for row in invitee.invitations),
        "token": token_of(invitee.link),
        "mailbox": settings.MAIL_REPLY_TO,
    }


def needs_form(invitee: Invitee, data: Any = None) -> Needs:
    """Return the form about food and access, filled with what is stored."""
    need = Need.objects.filter(invitee=invitee).first()
    before = {"food": need.food, "access": need.access} if need else {}
    return Needs(data, initial=before, meal=invitee.meeting.serves_meal)


def typed_values(form: Form) -> list[tuple[str, str]]:
    """Return the labels and texts of what a person typed in a form; nothing if it was not sent."""
    fields = form.visible_fields() if form.is_bound else []
    return [(str(field.label), value) for field in fields if (value := field.value())]


def somebody_form(invitee: Invitee, name: str, data: Any = None) -> SomebodyElse:
    """Return the form about a colleague, who must be of the party, or about a substitute, whom staff may approve."""
    return SomebodyElse(data, domains=party_domains(invitee), only_these=name == "colleague")


def render_somebody_page(
    request: HttpRequest,
    invitee: Invitee,
    name: str,
    form: SomebodyElse,
    *,
    error: str = "",
    refusal: str = "",
    press: Press | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page with one form about somebody else, with an `error` above it; a `refusal` stands at a field already.

    After the deadline, and for substitutes, go to the person's own page, which shows what was typed.
    """
    if not invitee.meeting.is_open_for_answers(timezone.now()) or invitee.substitute_for_id:
        if not form.is_bound:
            return redirect_to_own_page(invitee)
        return render_own_page(
            request, invitee, error=error or refusal or NOT_TAKEN, unsaved=typed_values(form), status=409
        )
    context = {**guest_context(invitee), "form": form, "error": error, "press": press}
    return render(request, f"guest/{name}.html", context, status=status)


def button_name(invitee: Invitee, value: str) -> str:
    """Return the name of a button on this person's pages, by which presses on it are counted."""
    return f"{invitee.pk}:{value}"


def invited_colleague(invitee: Invitee, signed: str) -> Invitee | None:
    """Return the colleague whom the person just invited.

    The id is signed, so that nobody can read the names of the party's other people by trying numbers.
    """
    try:
        colleague = colleague_signer(invitee).unsign(signed)
    except BadSignature:
        return None
    return invitee.invitation.invitees.active().filter(pk=colleague).first()


def colleague_signer(invitee: Invitee) -> Signer:
    """Return the signer of the ids of this person's colleagues."""
    return Signer(salt=f"colleague of {invitee.pk}")


def redirect_to_own_page(invitee: Invitee, query: QueryDict | None = None) -> HttpResponse:
    """Redirect to the person's own page; `query` is what the page is to say besides their status."""
    address = reverse("guest:reply", args=[token_of(invitee.link)])
    return redirect_with_get(f"{address}?{query.urlencode()}" if query else address)


def redirect_with_get(address: str) -> HttpResponse:
    """Redirect with 303, so that the next page is fetched with GET and reloading it sends nothing again."""
    return HttpResponseRedirect(address, status=303)
