"""Staff pages of the public site's texts: list, one text with its versions, write, preview, publish, take back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.outcome_message import run_with_message
from dialog_portal.base.versioned_form import submit
from meetings.models import Round
from minutes.models import PublicText, TextKind, TextRevision
from minutes.models.public_text import WORDS
from minutes.public_texts import actions
from minutes.public_texts.forms import FORMS
from minutes.publishing.text_pages import page_of_text
from minutes.publishing.texts import as_shown


def seen_version(request: StaffRequest) -> int | None:
    """Return the number of the version that the person saw when they pressed the button."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None


def find_text(word: str) -> PublicText:
    """Return the text that a word in an address means: a year, or what the page is about. Raise Http404 for others."""
    kind = next((kind for kind, known in WORDS.items() if known == word), None)
    if kind:
        return actions.text_of(kind)
    if not (word.isascii() and word.isdecimal() and len(word) == 4):
        raise Http404
    return actions.text_of(TextKind.YEAR, get_object_or_404(Round, year=int(word)))


def public_texts(request: StaffRequest) -> HttpResponse:
    """List the texts of the site, then those of each year, the newest first, with what waits to be published."""
    found = {row.word: row for row in PublicText.objects.select_related("round")}
    public = dict(TextRevision.objects.published().order_by("number").values_list("text", "number"))
    words = [*WORDS.values(), *map(str, Round.objects.values_list("year", flat=True))]
    years = {str(row.year): row for row in Round.objects.all()}
    rows = [found.get(word) or PublicText(kind=kind_of(word), round=years.get(word)) for word in words]
    context = {"rows": [(row, public.get(row.pk), row.version) for row in rows]}
    return render(request, "staff/public_texts/list.html", context)


def kind_of(word: str) -> TextKind:
    return next((kind for kind, known in WORDS.items() if known == word), TextKind.YEAR)


def public_text(request: StaffRequest, word: str) -> HttpResponse:
    """Show which version of a text is public, which one waits, and all versions."""
    text = find_text(word)
    revisions = (
        list(text.revisions.select_related("by", "published_by").order_by("-number")) if text.pk else []
    )
    public = next((row for row in revisions if row.published_at), None)
    newest = revisions[0] if revisions else None
    context = {
        "text": text,
        "revisions": revisions,
        "public": public,
        "draft": newest if newest and not newest.published_at else None,
        "is_author": text.pk in actions.wrote_since_publication(request.user),
    }
    return render(request, "staff/public_texts/detail.html", context)


def public_text_change(request: StaffRequest, word: str) -> HttpResponse:
    """Write a text; what is saved waits until an approver publishes it."""
    text = find_text(word)
    form = FORMS[text.kind](request.POST or None, instance=text)

    def save() -> PublicText:
        return actions.save_text(text, form.content, seen_version=form.seen_version, by=request.user)

    if request.method == "POST" and (saved := submit(form, save)):
        messages.success(
            request, "Texten är sparad. Den syns på webbplatsen när en godkännare har publicerat den."
        )
        return redirect("staff:public_text", saved.word)
    return render(request, "staff/public_texts/form.html", {"form": form, "text": text})


def public_text_preview(request: StaffRequest, word: str, number: int) -> HttpResponse:
    """Show the public page as it is with one version of its text."""
    text = find_text(word)
    revision = get_object_or_404(TextRevision, text=text.pk, number=number)
    template, context = page_of_text(text, as_shown(revision.content, revision))
    return render(request, template, {**context, "preview": revision, "previewed": text})


@require_POST
def public_text_publish(request: StaffRequest, word: str) -> HttpResponse:
    """Publish the version that was shown."""
    text = get_object_or_404(PublicText, pk=find_text(word).pk)
    run_with_message(
        request,
        lambda: actions.publish_text(text, seen=seen_version(request), by=request.user),
        "Texten är publicerad på webbplatsen.",
    )
    return redirect("staff:public_text", word)


@require_POST
def public_text_restore(request: StaffRequest, word: str, number: int) -> HttpResponse:
    """Save an earlier version once more, as the newest one."""
    text = find_text(word)
    get_object_or_404(TextRevision, text=text.pk, number=number)
    run_with_message(
        request,
        lambda: actions.restore_revision(text, number, seen_version=seen_version(request), by=request.user),
        f"Version {number} är sparad som den nyaste. Den syns när en godkännare har publicerat den.",
    )
    return redirect("staff:public_text", word)
