"""What happens when a guest presses a button: one address for all buttons, with the link in the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import span
from dialog_portal.links.actions import token_for as token_of
from dialog_portal.links.guest_view import guest_view, link_not_found
from dialog_portal.links.human_press import MARK_FIELD, read_press
from meetings.mailings.letters.what_changed import has_changed_since
from meetings.models import Answer, Channel, Invitee
from meetings.replies.actions import answer as replies
from meetings.replies.actions import substitutes
from meetings.replies.actions.colleagues import bring_colleague
from meetings.replies.actions.needs import note_needs
from meetings.replies.actions.substitute_requests import hand_over_or_ask
from meetings.replies.views.answer_buttons import BACK
from meetings.replies.views.guest import (
    button_name,
    colleague_signer,
    find_invited,
    needs_form,
    redirect_to_own_page,
    redirect_with_get,
    render_own_page,
    render_somebody_page,
    somebody_form,
)

PRESS_A_BUTTON = "Välj ett av svaren med en knapp. Inget är sparat än."


MEETING_MOVED = (
    "Mötet har fått ny tid eller plats sedan du öppnade sidan. Nu gäller {}, {}. "
    "Inget är sparat, så tryck igen."
)


@guest_view
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """Handle one press on one button, then show the person's own page with what is stored."""
    invitee = find_invited(request.POST.get("lank", ""))
    if invitee is None:
        return link_not_found(request)
    pressed = request.POST.getlist("svar")
    press = PRESSES.get(pressed[0]) if len(pressed) == 1 else None
    if press is None:
        return render_own_page(request, invitee, error=PRESS_A_BUTTON, status=422)
    moved = change_since_shown(request, invitee)
    if moved and "name" not in request.POST:  # a typed name is kept by press_somebody
        return render_own_page(request, invitee, error=moved, status=409)
    try:
        return press(request, invitee)
    except NotAllowed as refusal:
        return render_own_page(request, invitee, error=str(refusal), status=409)


def change_since_shown(request: HttpRequest, invitee: Invitee) -> str:
    """Return a sentence when the meeting has moved since the page was shown, else an empty text.

    A form that does not say which version it showed is let through.
    """
    seen, meeting = request.POST.get("sett", ""), invitee.meeting
    known = seen.isascii() and seen.isdecimal() and len(seen) < 10
    if not known or meeting.cancelled or not has_changed_since(meeting, int(seen)):
        return ""
    return MEETING_MOVED.format(span(meeting.starts_at, meeting.ends_at), meeting.where)


def press_answer(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    """Store a yes or a no. A press by a script is stored as unconfirmed, and the page asks for one more press."""
    said = Answer(request.POST["svar"])
    press = read_press(request, button_name(invitee, said))
    replies.store_answer(invitee, said, channel=Channel.LINK, confirmed=press.by_person)
    query = QueryDict(mutable=True)
    if press.mark:
        query[MARK_FIELD] = press.mark
    return redirect_to_own_page(invitee, query)


def press_hand_over(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    """Without a name, redirect to the form. With one, hand over, or ask staff about somebody outside the party."""
    if "name" not in request.POST:
        return redirect_with_get(reverse("guest:substitute", args=[token_of(invitee.link)]))
    return press_somebody(request, invitee, "substitute", hand_over_or_ask)


def press_bring(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    """Invite a colleague."""
    return press_somebody(request, invitee, "colleague", bring_colleague)


def press_somebody(
    request: HttpRequest, invitee: Invitee, name: str, act: Callable[..., Any]
) -> HttpResponse:
    """Read the form about somebody else and act; each fault is shown at its field, and nothing typed is lost."""
    form = somebody_form(invitee, name, request.POST)
    if not form.is_valid():
        return render_somebody_page(request, invitee, name, form, status=422)
    if moved := change_since_shown(request, invitee):
        return render_somebody_page(request, invitee, name, form, error=moved, status=409)
    press = read_press(request, button_name(invitee, name))
    if not press.by_person:
        return render_somebody_page(request, invitee, name, form, error=press.error, press=press)
    try:
        asked = act(invitee, channel=Channel.LINK, **form.cleaned_data)
    except NotAllowed as refusal:
        form.add_error("email", str(refusal))
        return render_somebody_page(request, invitee, name, form, refusal=str(refusal), status=422)
    query = QueryDict(mutable=True)
    if name == "colleague":
        query["inbjuden"] = colleague_signer(invitee).sign(asked.pk)
    return redirect_to_own_page(invitee, query)


def press_take_back(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    """Take the seat back from the substitute."""
    press = read_press(request, button_name(invitee, BACK))
    if not press.by_person:
        return render_own_page(request, invitee, error=press.error, press=press)
    substitutes.take_back(invitee, channel=Channel.LINK)
    return redirect_to_own_page(invitee)


def press_needs(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    """Store what the guest needs about food and access."""
    form = needs_form(invitee, request.POST)
    if not form.is_valid():
        return render_own_page(request, invitee, status=422)
    press = read_press(request, button_name(invitee, "behov"))
    if not press.by_person:
        return render_own_page(request, invitee, error=press.error, press=press)
    note_needs(invitee, food=form.cleaned_data.get("food", ""), access=form.cleaned_data["access"])
    return redirect_to_own_page(invitee)


PRESSES: dict[str, Callable[[HttpRequest, Invitee], HttpResponse]] = {
    Answer.YES: press_answer,
    Answer.NO: press_answer,
    Answer.SUBSTITUTE: press_hand_over,
    BACK: press_take_back,
    "kollega": press_bring,
    "behov": press_needs,
}
