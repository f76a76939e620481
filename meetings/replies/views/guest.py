"""The guest's own pages: to look changes nothing; what is pressed comes to `answer`, with the link in the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import span
from dialog_portal.links.actions import find_link
from dialog_portal.links.actions import token_for as token_of
from dialog_portal.links.guest_view import guest_view, link_not_found
from dialog_portal.links.human_press import is_pressed_by_person
from dialog_portal.links.purposes import LinkPurpose
from meetings.mailings.calendar_file import CONTENT_TYPE, calendar_for
from meetings.models import Answer, Channel, Invitee, Need, SubstituteRequest
from meetings.replies.actions import answer as replies
from meetings.replies.actions.colleagues import bring_colleague, can_bring, party_domains
from meetings.replies.actions.coordinators import coordinated_parties
from meetings.replies.actions.needs import note_needs
from meetings.replies.actions.substitute_requests import hand_over_or_ask
from meetings.replies.forms.guest import Needs, SomebodyElse
from meetings.replies.reply_status import ReplyStatus, reply_status

BACK = "tillbaka"
PRESS_A_BUTTON = "Välj ett av svaren med en knapp. Inget är sparat än."
PRESS_ONCE_MORE = "Tryck på knappen en gång till, så vet vi att det är du som svarar. Inget är sparat än."
MEETING_MOVED = (
    "Mötet har fått ny tid eller plats sedan du öppnade sidan. Nu gäller {}, {}. "
    "Inget är sparat, så tryck igen."
)


def find_invited(token: str) -> Invitee | None:
    """The person a token belongs to, while it works and they are on the list."""
    link = find_link(token, LinkPurpose.REPLY)
    rows = Invitee.objects.active().select_related(
        "meeting__round", "meeting__officer", "meeting__agenda", "invitation__party", "link", "substitute_for"
    )
    return rows.filter(link=link).first() if link else None


# --- To look ---


@guest_view
@require_safe
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """What, when, where, and three buttons; after an answer the same page confirms it."""
    invitee = find_invited(token)
    return own_page(request, invitee) if invitee else link_not_found(request)


@guest_view
@require_safe
def substitute(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes instead."""
    invitee = find_invited(token)
    return (
        somebody_page(request, invitee, "substitute", somebody_form(invitee, "substitute"))
        if invitee
        else link_not_found(request)
    )


@guest_view
@require_safe
def colleague(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes along."""
    invitee = find_invited(token)
    return (
        somebody_page(request, invitee, "colleague", somebody_form(invitee, "colleague"))
        if invitee
        else link_not_found(request)
    )


@guest_view
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The meeting as a file for one's own calendar."""
    invitee = find_invited(token)
    if invitee is None:
        return link_not_found(request)
    meeting = invitee.meeting
    day = timezone.localdate(meeting.starts_at).isoformat()
    kind = CONTENT_TYPE.format("CANCEL" if meeting.cancelled else "PUBLISH")
    named = {"Content-Disposition": f'attachment; filename="dialogmote-{day}.ics"'}
    return HttpResponse(calendar_for(meeting, invitee), content_type=kind, headers=named)


def own_page(
    request: HttpRequest, invitee: Invitee, *, error: str = "", needs: Needs | None = None, status: int = 200
) -> HttpResponse:
    """The person's page as it stands now."""
    meeting, where = invitee.meeting, reply_status(invitee)
    is_open = meeting.answers_open(timezone.now())
    asked_for = SubstituteRequest.objects.waiting().filter(invitee=invitee).first()
    context = {
        **shared_context(invitee),
        "standing": where,
        "state": "cancelled" if meeting.cancelled else "open" if is_open else "closed",
        "question": question_to_confirm(where) if is_open else "",
        "buttons": answer_buttons(where, request.GET.get("svar", ""), deputy=bool(invitee.substitute_for_id)),
        "agenda": meeting.agenda.clocked(public_only=True),
        "needs": needs or needs_form(invitee),
        "brought": invited_colleague(invitee, request.GET.get("inbjuden", "")),
        "can_bring": is_open and can_bring(invitee, where),
        "asked_for": asked_for,
        "coordinated": coordinated_parties(invitee).in_order() if is_open else [],
        "error": error,
    }
    return render(request, "guest/reply.html", context, status=status)


def shared_context(invitee: Invitee) -> dict[str, Any]:
    """What every page of a person shows."""
    return {
        "invitee": invitee,
        "meeting": invitee.meeting,
        "organisation": invitee.invitation.organisation,
        "token": token_of(invitee.link),
        "mailbox": settings.MAIL_REPLY_TO,
    }


ANSWER_LABELS: dict[str, tuple[str, str]] = {
    Answer.YES: ("Ja", "Jag kommer"),
    Answer.NO: ("Nej", "Jag kan inte komma"),
    Answer.SUBSTITUTE: ("Ersättare", "Någon annan kommer i mitt ställe"),
}
HANDOVER_LABELS: dict[str, tuple[str, str]] = {
    BACK: ("Ta tillbaka platsen", "Jag kommer själv"),
    Answer.SUBSTITUTE: ("Byt ersättare", "Någon annan kommer i stället"),
    Answer.NO: ("Nej", "Ingen av oss kommer"),
}


def button_to_confirm(where: ReplyStatus) -> str:
    """The button whose press is held until it is pressed once more."""
    taken_back = where.case == "handed_over" and where.unconfirmed == Answer.YES
    return BACK if taken_back else where.unconfirmed or ""


def question_to_confirm(where: ReplyStatus) -> str:
    """What the page asks about a press that is held, as its heading."""
    if button_to_confirm(where) == BACK:
        return "Tar du tillbaka platsen?"
    return f"Gäller {where.unconfirmed}?" if where.unconfirmed else ""


def answer_buttons(where: ReplyStatus, wanted: str, *, deputy: bool) -> list[dict[str, Any]]:
    """The answers left to give: the one that the letter's link asked for stands first.

    One that is held is marked but not moved: a program that presses the first button would confirm it.
    """
    again, labels = (
        button_to_confirm(where),
        HANDOVER_LABELS if where.case == "handed_over" else ANSWER_LABELS,
    )
    out = {where.answer} if not again and labels is ANSWER_LABELS else set()
    given = [value for value in labels if value not in out and not (deputy and value == Answer.SUBSTITUTE)]
    return [
        {
            "value": value,
            "label": labels[value][0],
            "small": labels[value][1],
            "again": value == again,
            "asked": value == (again or wanted),
        }
        for value in sorted(given, key=lambda value: bool(again) or value != wanted)
    ]


def needs_form(invitee: Invitee, data: Any = None) -> Needs:
    need = Need.objects.filter(invitee=invitee).first()
    before = {"food": need.food, "access": need.access} if need else {}
    return Needs(data, initial=before, meal=invitee.meeting.serves_meal)


def somebody_form(invitee: Invitee, name: str, data: Any = None) -> SomebodyElse:
    """The form about a colleague, who must be of the party, or a substitute, who may be let in by staff."""
    return SomebodyElse(data, domains=party_domains(invitee), only_these=name == "colleague")


def somebody_page(
    request: HttpRequest,
    invitee: Invitee,
    name: str,
    form: SomebodyElse,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page with one form about somebody else; closed meetings lead back to the person's own page."""
    if not invitee.meeting.answers_open(timezone.now()) or invitee.substitute_for_id:
        return redirect_to_own_page(invitee)
    context = {**shared_context(invitee), "form": form, "error": error}
    return render(request, f"guest/{name}.html", context, status=status)


# --- To press ---


@guest_view
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """One press on one button; then the person's own page, which shows what is stored."""
    invitee = find_invited(request.POST.get("lank", ""))
    if invitee is None:
        return link_not_found(request)
    pressed = request.POST.getlist("svar")
    press = PRESSES.get(pressed[0]) if len(pressed) == 1 else None
    if press is None:
        return own_page(request, invitee, error=PRESS_A_BUTTON, status=422)
    moved = change_since_shown(request, invitee)
    if moved and "name" not in request.POST:  # who has typed a name keeps it, see somebody_else
        return own_page(request, invitee, error=moved, status=409)
    try:
        return press(request, invitee)
    except NotAllowed as refusal:
        return own_page(request, invitee, error=str(refusal), status=409)


def change_since_shown(request: HttpRequest, invitee: Invitee) -> str:
    """What holds now, when the pressed page showed another time or place. A form that does not say is let by."""
    seen, meeting = request.POST.get("sett", ""), invitee.meeting
    known = seen.isascii() and seen.isdecimal() and len(seen) < 10
    if not known or int(seen) >= meeting.sequence or meeting.cancelled:
        return ""
    return MEETING_MOVED.format(span(meeting.starts_at, meeting.ends_at), meeting.where)


def press_answer(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    """Yes or no. What a script pressed is kept as unconfirmed, and the page asks once more."""
    said = Answer(request.POST["svar"])
    replies.store_answer(invitee, said, channel=Channel.LINK, confirmed=is_pressed_by_person(request))
    return redirect_to_own_page(invitee)


def press_hand_over(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    """Without a name: on to the form. With one: the substitute is asked, or staff when they are from elsewhere."""
    if "name" not in request.POST:
        return redirect_with_get(reverse("guest:substitute", args=[token_of(invitee.link)]))
    return press_somebody(request, invitee, "substitute", hand_over_or_ask)


def press_bring(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    return press_somebody(request, invitee, "colleague", bring_colleague)


def invited_colleague(invitee: Invitee, signed: str) -> Invitee | None:
    """The colleague whom the person just invited; signed, so that nobody reads the party's other names by counting."""
    try:
        colleague = colleague_signer(invitee).unsign(signed)
    except BadSignature:
        return None
    return invitee.invitation.invitees.active().filter(pk=colleague).first()


def colleague_signer(invitee: Invitee) -> Signer:
    return Signer(salt=f"colleague of {invitee.pk}")


def press_somebody(
    request: HttpRequest, invitee: Invitee, name: str, act: Callable[..., Any]
) -> HttpResponse:
    """Read the form and act; whatever is wrong stands at its field, and nothing typed is lost."""
    form = somebody_form(invitee, name, request.POST)
    if not form.is_valid():
        return somebody_page(request, invitee, name, form, status=422)
    if moved := change_since_shown(request, invitee):
        return somebody_page(request, invitee, name, form, error=moved, status=409)
    if not is_pressed_by_person(request):
        return somebody_page(request, invitee, name, form, error=PRESS_ONCE_MORE)
    try:
        asked = act(invitee, channel=Channel.LINK, **form.cleaned_data)
    except NotAllowed as refusal:
        form.add_error("email", str(refusal))
        return somebody_page(request, invitee, name, form, status=422)
    told = QueryDict(mutable=True)
    if name == "colleague":
        told["inbjuden"] = colleague_signer(invitee).sign(asked.pk)
    return redirect_to_own_page(invitee, told)


def press_take_back(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    if not is_pressed_by_person(request):
        return own_page(request, invitee, error=PRESS_ONCE_MORE)
    replies.take_back(invitee, channel=Channel.LINK)
    return redirect_to_own_page(invitee)


def press_needs(request: HttpRequest, invitee: Invitee) -> HttpResponse:
    form = needs_form(invitee, request.POST)
    if not form.is_valid():
        return own_page(request, invitee, needs=form, status=422)
    if not is_pressed_by_person(request):
        return own_page(request, invitee, needs=form, error=PRESS_ONCE_MORE)
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


def redirect_to_own_page(invitee: Invitee, told: QueryDict | None = None) -> HttpResponse:
    """The person's own page; `told` is what it is to say besides how things stand."""
    address = reverse("guest:reply", args=[token_of(invitee.link)])
    return redirect_with_get(f"{address}?{told.urlencode()}" if told else address)


def redirect_with_get(address: str) -> HttpResponse:
    """303: fetch the next page with GET, so that reloading it sends nothing again."""
    return HttpResponseRedirect(address, status=303)
