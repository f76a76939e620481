"""Staff pages: the words of the letters, for a round and for one mailing of a meeting."""

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


def round_of(year: int) -> Round:
    return get_object_or_404(Round.objects.prefetch_related("wordings"), year=year)


def meeting_of(pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.with_letters(), pk=pk)


def wording_list(request: StaffRequest, year: int) -> HttpResponse:
    """The letters of a round: which say the standard words and which have been changed."""
    row = round_of(year)
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
    """Change what a letter of the round says."""
    return edit(request, round_of(year), purpose_or_404(purpose))


def wording_example(request: StaffRequest, year: int, purpose: str) -> HttpResponse:
    return show_example(request, round_of(year), purpose_or_404(purpose))


def wording_choose(request: StaffRequest, year: int, purpose: str) -> HttpResponse:
    return choose(request, round_of(year), purpose_or_404(purpose))


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def meeting_wording(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    """Change what one mailing of one meeting says."""
    return edit(request, meeting_of(pk), purpose_or_404(purpose))


def meeting_wording_example(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    return show_example(request, meeting_of(pk), purpose_or_404(purpose))


def meeting_wording_choose(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    return choose(request, meeting_of(pk), purpose_or_404(purpose))


def purpose_or_404(purpose: str) -> Purpose:
    """A letter whose words can be changed, or 404."""
    if purpose not in STANDARD:
        raise Http404
    return Purpose(purpose)


def edit(request: StaffRequest, owner: Round | Meeting, purpose: Purpose) -> HttpResponse:
    """The form with its example; saving is refused when somebody else saved meanwhile, and shows what they wrote."""
    if request.method != "POST":
        return form_page(request, owner, purpose, WordingForm(instance=actions.wording_of(owner, purpose)))
    form = WordingForm(request.POST, instance=actions.wording_of(owner, purpose))

    def save() -> Wording:
        return actions.save_wording(
            owner, purpose, form.words, seen_version=form.seen_version, by=request.user
        )

    if submit(form, save):
        messages.success(request, f"Orden i brevet ({purpose.label}) är sparade.")
        return redirect(home(owner, purpose))
    return form_page(request, owner, purpose, form)


def form_page(
    request: StaffRequest, owner: Round | Meeting, purpose: Purpose, form: WordingForm
) -> HttpResponse:
    context = {"form": form, "purpose": purpose, "home": home(owner, purpose), **addresses(owner, purpose)}
    return render(request, "staff/mailings/wording/form.html", context)


def addresses(owner: Round | Meeting, purpose: Purpose) -> dict[str, Any]:
    """Where the words of a letter are saved, tried and put back, and whose they are."""
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


def on_preview(meeting: Meeting, purpose: Purpose) -> dict[str, Any]:
    """What the preview of a mailing shows of its words; nothing for a letter whose words are fixed."""
    if purpose not in STANDARD:
        return {}
    return {"form": WordingForm(instance=actions.wording_of(meeting, purpose)), **addresses(meeting, purpose)}


def home(owner: Round | Meeting, purpose: Purpose) -> str:
    """Where one goes on: to the preview of the mailing, or to the round's letters."""
    if isinstance(owner, Meeting):
        return reverse("staff:letters_preview", args=[owner.pk, purpose])
    return reverse("staff:wording_list", args=[owner.year])


@xframe_options_sameorigin
def show_example(request: StaffRequest, owner: Round | Meeting, purpose: Purpose) -> HttpResponse:
    """The letter to somebody invented, with the words that are typed or else those in use. Writes nothing."""
    if request.method != "POST":
        return letter_page(example_letter(owner, purpose, words_for(owner, purpose)).html)
    form = WordingForm(request.POST, instance=actions.blank(owner, purpose))
    if form.is_valid():
        return letter_page(example_letter(owner, purpose, form.words).html)
    return show_errors(request, form)  # type: ignore[call-arg, return-value]  # the decorator knows of no form


@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]
def show_errors(request: StaffRequest, form: WordingForm) -> HttpResponse:
    """What keeps the example from being shown, in the frame where it would be."""
    return render(request, "staff/mailings/wording/wrong.html", {"form": form})


@require_POST
def choose(request: StaffRequest, owner: Round | Meeting, purpose: Purpose) -> HttpResponse:
    """Go back to the words that hold otherwise, or take one's own words back; both can be undone."""
    own = request.POST.get("use") == "own"
    if actions.use(owner, purpose, own=own, by=request.user):
        whose = "Omgångens text" if isinstance(owner, Meeting) else "Standardtexten"
        back = f"{whose} gäller igen. De ändrade orden finns kvar om du ångrar dig."
        messages.success(request, "De ändrade orden gäller igen." if own else back)
    else:
        messages.info(request, "Inget ändrades: så var det redan.")
    return redirect(home(owner, purpose))
