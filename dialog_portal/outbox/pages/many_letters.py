"""Buttons for many letters at once: release what is held, stop what was searched for. Each names a number and asks."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from dialog_portal.base.swedish import count
from dialog_portal.outbox.models import CONFIDENTIAL, Hold, Letter, LetterQuerySet
from dialog_portal.outbox.pages.forms import Campaign, Reason
from dialog_portal.outbox.pages.views import filter_letters, return_page, searched
from dialog_portal.outbox.queue.database_mark import is_database_older
from dialog_portal.outbox.queue.departed_letters import departures_of
from dialog_portal.outbox.queue.departure_log import Departure
from dialog_portal.outbox.queue.hold import letters_of, letters_to_hold, letters_to_release, release
from dialog_portal.outbox.queue.stop import stop

SHOWN = 100  # letters in the list of those that have left
EXAMPLES = 5  # letters named on the page that stops many
CHANGED = "Antalet har ändrats sedan du öppnade sidan. Läs igenom och tryck igen om det stämmer."
NOT_SEARCHED = "Sökningen går inte att förstå, så inget brev är stoppat. Välj om i listan."


def is_number_seen(request: HttpRequest, number: int) -> bool:
    """Return whether the number of letters is the one that the person read on the page; say so if it is not."""
    same = request.POST.get("number") == str(number)
    if not same:
        messages.error(request, CHANGED)
    return same


def outbox_release(request: HttpRequest) -> HttpResponse:
    """Say how many letters leave and which have left already; the button lets the others go."""
    form = Campaign(request.POST or request.GET)
    if not form.is_valid():
        raise Http404
    hold = Hold.objects.select_related("by").filter(campaign=form.cleaned_data["campaign"]).first()
    if hold is None:
        messages.info(request, "Breven hålls inte kvar längre.")
        return redirect(return_page(request))
    letters = letters_of(hold.campaign)
    left = departures_of(letters.out_of_hands(timezone.now()))
    released = letters_to_release(hold.campaign).exclude(pk__in=left)
    leaving = released.count()
    if request.method == "POST" and is_number_seen(request, leaving):
        messages.success(request, released_sentence(leaving, release(hold.campaign, by=request.user)))
        return redirect(return_page(request))
    context = {
        "hold": hold,
        "older": not hold.campaign and is_database_older(),
        "leaving": leaving,
        "left": len(left),
        "kept": letters_to_hold(hold.campaign).exclude(pk__in=left).count() - leaving,
        "shown": letters_that_left(letters.visible_to(request.user), left),
        "twice": released.filter(maybe_twice=True).count(),
        "back": return_page(request),
    }
    return render(request, "staff/outbox/release.html", context)


def released_sentence(leaving: int, left: int) -> str:
    """Return what has become of the letters, in Swedish."""
    sent = f"{count(leaving, 'brev,brev')} är {'släppt' if leaving == 1 else 'släppta'}."
    already = f" {count(left, 'brev,brev')} hade redan lämnats och skickas inte igen." if left else ""
    return sent + already


def letters_that_left(letters: LetterQuerySet, left: dict[int, Departure]) -> list[tuple[Letter, Departure]]:
    """Return the first SHOWN letters that are known to have left, with when that was."""
    rows = letters.filter(pk__in=list(left)[:SHOWN]).defer("raw").order_by("pk")
    return [(row, left[row.pk]) for row in rows]


def outbox_stop(request: HttpRequest) -> HttpResponse:
    """Say how many of the letters that were searched for wait; the button stops them."""
    search, chosen = searched(request)
    if not search.is_valid():  # the list shows every letter then, which nobody has chosen
        messages.error(request, NOT_SEARCHED)
        return redirect("staff:outbox")
    found = filter_letters(Letter.objects.visible_to(request.user).exclude(purpose=CONFIDENTIAL), chosen)
    found = found.exclude(pk__in=departures_of(found))  # those have left, whatever anybody presses
    number, listed = found.waiting().count(), reverse("staff:outbox")
    if not number:
        messages.info(request, "Inget brev i urvalet väntar, så det finns inget att stoppa.")
        return redirect(f"{listed}?{urlencode(chosen)}")
    form = stop_form(request)
    if request.method == "POST" and form.is_valid() and is_number_seen(request, number):
        stopped = stop(found, by=request.user, reason=form.cleaned_data["reason"])
        done = "stoppat" if stopped == 1 else "stoppade"
        messages.success(request, f"{count(stopped, 'brev,brev')} är {done}.")
        return redirect(f"{listed}?{urlencode({**chosen, 'state': 'stopped'})}")
    context = {
        "form": form,
        "number": number,
        "examples": found.waiting().defer("raw")[:EXAMPLES],
        "more": max(number - EXAMPLES, 0),
        "back": f"{listed}?{urlencode(chosen)}",
    }
    return render(request, "staff/outbox/stop.html", context)


def stop_form(request: HttpRequest) -> Reason:
    """Return the form that asks why letters are stopped."""
    form = Reason(request.POST or None)
    form.fields["reason"].help_text = "Står i varje brevs historik."
    form.fields["reason"].error_messages["required"] = "Skriv varför breven ska stoppas."
    return form
