"""Staff pages of wordings: the text of each letter, for a whole round or for one meeting."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.versioned_form import submit
from dialog_portal.outbox.pages.views import letter_page
from meetings.mailings.actions import wording as actions
from meetings.mailings.forms import WordingForm
from meetings.mailings.letters.example import example_letter
from meetings.mailings.letters.wording import STANDARD, words_for
from meetings.models import Meeting, Purpose, Round, Wording


def find_round(year: int) -> Round:
    return get_object_or_404(Round.objects.prefetch_related("wordings"), year=year)


def find_meeting_with_letters(pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.with_letters(), pk=pk)


def wording_list(request: StaffRequest, year: int) -> HttpResponse:
    """List the letters of a round: which have the standard text and which have a wording of their own."""
    row = find_round(year)
    changed = row.wordings.in_use().values_list("purpose", flat=True)
    resting = row.wordings.filter(active=False, version__gt=0).values_list("purpose", flat=True)
    single = row.meetings.filter(wordings__active=True).order_by("starts_at").distinct()
    context = {
        "round": row,
        "letters": list(STANDARD),
        "changed": set(changed),
        "resting": set(resting),
        "single": single.prefetch_related("wordings"),
    }
    return render(request, "staff/mailings/wording/list.html", context)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def wording(request: StaffRequest, year: int, purpose: str) -> HttpResponse:
    """Change the text of a letter for a round."""
    return edit_wording(request, find_round(year), purpose_or_404(purpose))


def wording_example(request: StaffRequest, year: int, purpose: str) -> HttpResponse:
    return show_example(request, find_round(year), purpose_or_404(purpose))


def wording_choose(request: StaffRequest, year: int, purpose: str) -> HttpResponse:
    return choose_wording(request, find_round(year), purpose_or_404(purpose))


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def meeting_wording(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    """Change the text of a letter for one meeting."""
    return edit_wording(request, find_meeting_with_letters(pk), purpose_or_404(purpose))


def meeting_wording_example(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    return show_example(request, find_meeting_with_letters(pk), purpose_or_404(purpose))


def meeting_wording_choose(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    return choose_wording(request, find_meeting_with_letters(pk), purpose_or_404(purpose))


def purpose_or_404(purpose: str) -> Purpose:
    """Return the purpose of a letter whose text can be changed; raise Http404 for others."""
    if purpose not in STANDARD:
        raise Http404
    return Purpose(purpose)


def edit_wording(request: StaffRequest, owner: Round | Meeting, purpose: Purpose) -> HttpResponse:
    """Show the form with an example letter, or save it. After a stale save the form shows what somebody else wrote."""
    form = WordingForm(request.POST or None, instance=actions.wording_of(owner, purpose))

    def save() -> Wording:
        return actions.save_wording(
            owner, purpose, form.words, seen_version=form.seen_version, by=request.user
        )

    if request.method == "POST" and submit(form, save) is not None:
        messages.success(request, f"Orden i brevet ({purpose.label}) är sparade.")
        return redirect(page_after_wording(owner, purpose))
    return wording_page(request, owner, purpose, form)


def wording_page(
    request: StaffRequest, owner: Round | Meeting, purpose: Purpose, form: WordingForm
) -> HttpResponse:
    context = {
        "form": form,
        "purpose": purpose,
        "home": page_after_wording(owner, purpose),
        **wording_addresses(owner, purpose),
    }
    return render(request, "staff/mailings/wording/form.html", context)


def wording_addresses(owner: Round | Meeting, purpose: Purpose) -> dict[str, Any]:
    """Return the template's URLs for saving, previewing and resetting a wording, and whose it is."""
    row = actions.wording_of(owner, purpose)
    start = "meeting_wording" if isinstance(owner, Meeting) else "wording"
    place = [owner.pk if isinstance(owner, Meeting) else owner.year, purpose.value]
    names = {"save_url": start, "example_url": f"{start}_example", "choose_url": f"{start}_choose"}
    return {
        "owner": owner,
        "single": isinstance(owner, Meeting),
        "changed": row.active,
        "resting": bool(row.version) and not row.active,
        **{key: reverse(f"staff:{name}", args=place) for key, name in names.items()},
    }


def wording_on_preview(meeting: Meeting, purpose: Purpose) -> dict[str, Any]:
    """Return the wording form for the preview of a mailing; an empty dict for a letter whose text cannot be changed."""
    if purpose not in STANDARD:
        return {}
    return {
        "form": WordingForm(instance=actions.wording_of(meeting, purpose)),
        **wording_addresses(meeting, purpose),
    }


def page_after_wording(owner: Round | Meeting, purpose: Purpose) -> str:
    """Return the URL to open after saving: the preview of the meeting's mailing, or the round's list of letters."""
    if isinstance(owner, Meeting):
        return reverse("staff:letters_preview", args=[owner.pk, purpose])
    return reverse("staff:wording_list", args=[owner.year])


@xframe_options_sameorigin
def show_example(request: StaffRequest, owner: Round | Meeting, purpose: Purpose) -> HttpResponse:
    """Show the letter to an invented guest with the typed text (POST) or the present one (GET). Stores nothing."""
    if not request.POST:
        return letter_page(example_letter(owner, purpose, words_for(owner, purpose)).html)
    form = WordingForm(request.POST, instance=actions.unsaved_wording(owner, purpose))
    if form.is_valid():
        return letter_page(example_letter(owner, purpose, form.words).html)
    return show_errors(request, form)  # type: ignore[call-arg, return-value]  # the decorator knows of no form


@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]
def show_errors(request: StaffRequest, form: WordingForm) -> HttpResponse:
    """Show the form's errors in the frame of the example letter."""
    return render(request, "staff/mailings/wording/wrong.html", {"form": form})


@require_POST
def choose_wording(request: StaffRequest, owner: Round | Meeting, purpose: Purpose) -> HttpResponse:
    """Set the own wording aside, or use it again. Nothing is deleted, so both can be undone."""
    own = request.POST.get("use") == "own"
    if actions.set_wording_active(owner, purpose, active=own, by=request.user):
        whose = "Omgångens text" if isinstance(owner, Meeting) else "Standardtexten"
        back = f"{whose} gäller igen. De ändrade orden finns kvar om du ångrar dig."
        messages.success(request, "De ändrade orden gäller igen." if own else back)
    else:
        messages.info(request, "Inget ändrades: så var det redan.")
    return redirect(page_after_wording(owner, purpose))
