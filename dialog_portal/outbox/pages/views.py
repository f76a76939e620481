"""The staff's outbox: what became of each letter, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import contains_text
from dialog_portal.outbox.content import content_for_staff
from dialog_portal.outbox.health import outbox_health
from dialog_portal.outbox.mime import Content
from dialog_portal.outbox.models import Hold, Host, Letter, LetterQuerySet, Outcome, State
from dialog_portal.outbox.pages import history
from dialog_portal.outbox.pages.forms import Bounced, Campaign, Correct, Reason, Search, Told
from dialog_portal.outbox.queue.bounce import bounced_because_of_us, mark_as_bounced
from dialog_portal.outbox.queue.forecast import forecast
from dialog_portal.outbox.queue.hold import hold, release, resume
from dialog_portal.outbox.queue.send_again import correct_address, try_now, undo
from dialog_portal.outbox.queue.states import must_not_be_about_account
from dialog_portal.outbox.queue.stop import mark_as_informed, stop

LETTERS_PER_PAGE = 50
# What a search may ask for besides a state
NARROWED: dict[str, Callable[[LetterQuerySet], LetterQuerySet]] = {
    "person": LetterQuerySet.needs_a_person,
    "waiting": LetterQuerySet.waiting,
    "left": LetterQuerySet.left,
    "kept": LetterQuerySet.kept,
    "twice": lambda rows: rows.filter(maybe_twice=True),
}
HELD_SENTENCE = "Brevet hålls kvar. Det skickas inte förrän någon släpper det."
FOLLOWED = re.compile(r"<a(?=\s[^>]*\bhref=)", re.IGNORECASE)
LETTER_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def is_server_paused() -> bool:
    """Return whether a mail server waits for a person to mend it."""
    return Host.objects.filter(paused_at__isnull=False).exists()


def letter_page(html: str) -> HttpResponse:
    """The HTML of a letter as a page for a frame: nothing is fetched, run or sent; links open in a new window."""
    page = HttpResponse(FOLLOWED.sub('<a target="_blank" rel="noopener noreferrer"', html))
    page["Content-Security-Policy"] = LETTER_CSP
    page["X-Frame-Options"] = "SAMEORIGIN"
    page["Referrer-Policy"] = "no-referrer"
    return page


def find_letter(request: HttpRequest, pk: int) -> Letter:
    """A letter that this person may know of."""
    return get_object_or_404(Letter.objects.visible_to(request.user).select_related("sender"), pk=pk)


def filter_letters(letters: LetterQuerySet, chosen: dict[str, str]) -> LetterQuerySet:
    """The letters that were searched for."""
    if chosen["q"]:
        letters = letters.filter(contains_text(chosen["q"], "name", "address", "subject"))
    if chosen["campaign"]:
        letters = letters.filter(campaign=chosen["campaign"])
    state = chosen["state"]
    if state in NARROWED:
        return NARROWED[state](letters)
    return letters.filter(state=state) if state else letters


def outbox(request: HttpRequest) -> HttpResponse:
    """Every letter, the newest first, and one sentence that adds up."""
    letters = Letter.objects.visible_to(request.user).defer("raw")
    form = Search(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"q": "", "state": "", "campaign": ""}
    tally = letters.tally(chosen["campaign"] or None)
    pages = Paginator(filter_letters(letters, chosen), LETTERS_PER_PAGE)
    if not (chosen["q"] or chosen["state"]):
        pages.count = tally.created  # the sentence has counted the same letters
    page = pages.get_page(request.GET.get("page"))
    holds = list(Hold.objects.select_related("by"))
    context = {
        "form": form,
        "page_obj": page,
        "filtered": any(chosen.values()),
        "narrowed": chosen["q"] or chosen["state"],
        "tally": tally,
        "forecast": forecast(),
        "health": outbox_health(),
        "holds": holds,
        "held": {hold.campaign for hold in holds},
        "paused": is_server_paused(),
        "hold_form": Reason(),
    }
    return render(request, "staff/outbox/list.html", context)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as the recipient gets it, and all that has happened to it."""
    row = find_letter(request, pk)
    holds = Hold.objects.filter(campaign__in=["", row.campaign]).select_related("by")
    held = list(holds) if row.waits and not row.is_about_account else []
    paused = row.waits and is_server_paused()
    context = {
        "letter": row,
        "content": content_for_staff(row),
        "state": HELD_SENTENCE if held else history.state_sentence(row, paused=paused),
        "paused": paused,
        "refuses_us": bounced_because_of_us(row),
        "history": history.letter_history(row),
        "held": held,
        "still_useful": row.useful_until > timezone.now(),
        "no_such_address": row.attempts.order_by("pk").values_list("outcome", flat=True).last()
        == Outcome.ADDRESS,
        "State": State,
    }
    return render(request, "staff/outbox/letter.html", context)


def letter_body(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """The HTML of a letter for the frame on its page, or one of its files."""
    content = content_for_staff(find_letter(request, pk))
    if content is None:
        raise Http404
    return letter_page(content.html) if number is None else letter_file(content, number)


def letter_file(content: Content, number: int) -> HttpResponse:
    """A file of a letter, to be saved and not opened in the portal."""
    if not 0 < number <= len(content.attachments):
        raise Http404
    file = content.attachments[number - 1]
    answer = HttpResponse(file.data, content_type=file.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.filename) or "attachment"
    return answer


def _letter_button(request: HttpRequest, pk: int, done: str, act: Callable[[Letter], Any]) -> HttpResponse:
    """A button on a letter's page: do it, and say what became of it."""
    try:
        act(find_letter(request, pk))
        messages.success(request, done)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:letter", pk)


@require_POST
def letter_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try at once."""
    return _letter_button(request, pk, "Brevet står först i kön.", lambda row: try_now(row, by=request.user))


@require_POST
def letter_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a letter that waits, or take back a stop or a note."""
    if "undo" in request.POST:
        return _letter_button(request, pk, "Ångrat.", lambda row: undo(row, by=request.user))

    def stop_it(row: Letter) -> None:
        must_not_be_about_account(row, "stoppas")
        if not stop(Letter.objects.filter(pk=row.pk), by=request.user, reason="Stoppat i utkorgen"):
            raise NotAllowed("Brevet väntar inte längre, så det kan inte stoppas.")

    return _letter_button(request, pk, "Brevet är stoppat.", stop_it)


def _letter_form(
    request: HttpRequest, pk: int, form: Any, page: dict[str, str], act: Callable[[Letter], Any]
) -> HttpResponse:
    """A form about a letter: what is refused stays on the page with the text that was typed."""
    row = find_letter(request, pk)
    if request.method == "POST" and form.is_valid():
        try:
            act(row)
            messages.success(request, page["done"])
            return redirect("staff:letter", pk)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return render(request, "staff/outbox/form.html", {"letter": row, "form": form, **page})


def letter_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a letter that did not get through to the right address."""
    form = Correct(request.POST or None)
    page = {
        "heading": "Rätta adressen",
        "lead": "Brevet skickas till den nya adressen. Det gäller bara det här brevet.",
        "button": "Spara och skicka",
        "done": "Adressen är rättad och brevet står i kö.",
    }
    return _letter_form(
        request,
        pk,
        form,
        page,
        lambda row: correct_address(row, form.cleaned_data["address"], by=request.user),
    )


def letter_told(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody has been told in another way."""
    form = Told(request.POST or None)
    page = {
        "heading": "Meddelad på annat sätt",
        "lead": "Brevet försvinner från listan över det som behöver åtgärd. Väntar det fortfarande, så stoppas det.",
        "button": "Spara",
        "done": "Det är noterat.",
    }
    return _letter_form(
        request, pk, form, page, lambda row: mark_as_informed(row, form.cleaned_data["how"], by=request.user)
    )


def letter_bounced(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a letter came back, when a person has seen it and the portal has not."""
    form = Bounced(request.POST or None)
    page = {
        "heading": "Brevet har studsat",
        "lead": "Brevet hamnar på listan över det som behöver åtgärd: någon ska ta reda på vem som har efterträtt.",
        "button": "Spara",
        "done": "Brevet är markerat som studsat.",
    }

    def bounce(row: Letter) -> None:
        reason = f"Brevet studsade: {form.cleaned_data['why']}"
        mark_as_bounced(row, by=request.user, reason=reason, text=form.cleaned_data["why"])

    return _letter_form(request, pk, form, page, bounce)


def outbox_hold(request: HttpRequest) -> HttpResponse:
    """Hold every letter, or those of one campaign; let them go again; try a server again that was paused."""
    if request.method != "POST":
        return _hold_page(request, Reason(request.POST or None), request.POST.get("campaign", ""))
    form = Campaign(request.POST)
    if not form.is_valid():
        messages.error(request, "Utskicket finns inte.")
        return redirect("staff:outbox")
    campaign = form.cleaned_data["campaign"]
    match request.POST.get("do"):
        case "release":
            release(campaign, by=request.user)
            messages.success(request, "Breven är släppta och skickas.")
        case "resume":
            resume(by=request.user)
            messages.success(request, "Portalen försöker skicka igen. Om felet är kvar stannar breven här.")
        case _:
            return _hold(request, campaign)
    return redirect(_return_page(request))


def _hold(request: HttpRequest, campaign: str) -> HttpResponse:
    """Keep the letters, or ask for the reason on a page of its own."""
    form = Reason(request.POST)
    if not form.is_valid():
        return _hold_page(request, form, campaign)
    hold(campaign, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, "Breven hålls kvar tills någon släpper dem.")
    return redirect(_return_page(request))


def _hold_page(request: HttpRequest, form: Reason, campaign: str) -> HttpResponse:
    """The page that asks for the reason, with what was typed."""
    context = {"hold_form": form, "campaign": campaign, "back": _return_page(request)}
    return render(request, "staff/outbox/hold.html", context)


def _return_page(request: HttpRequest) -> str:
    """The page where the button was pressed, if it is one of ours."""
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours else reverse("staff:outbox")
