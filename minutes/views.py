"""Staff pages: writing, approving, distributing and publishing the notes of a meeting."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from dialog_portal.access.requests import StaffRequest
from dialog_portal.states import NotAllowed
from dialog_portal.swedish import count
from meetings.models import Meeting, Purpose
from minutes.actions import approving, distributing, publishing, writing
from minutes.authors import authors
from minutes.compile import compile_document, hash_of, notes_address
from minutes.forms import CorrectionForm, SectionForm
from minutes.models import Bake, Minutes, MinutesState, Section
from minutes.pdf import PdfFailed, render_pdf
from minutes.public.notes import notes_html


def find(pk: int) -> Minutes:
    """The notes of a meeting, or 404."""
    rows = Minutes.objects.select_related("meeting__round", "meeting__host")
    return get_object_or_404(rows, meeting=pk)


def attempt(request: StaffRequest, action: Callable[[], Any], done: str) -> None:
    """Do it and say so, or say in Swedish why it was not possible."""
    try:
        action()
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def minutes(request: StaffRequest, pk: int) -> HttpResponse:
    """The notes of a meeting, where they stand, and what can be done next."""
    meeting = get_object_or_404(Meeting.objects.with_names(), pk=pk)
    row = Minutes.objects.filter(meeting=meeting).select_related("meeting__round").first()
    if row is None:
        return render(
            request,
            "staff/minutes/none.html",
            {"meeting": meeting, "begun": meeting.starts_at <= timezone.now()},
        )
    context = {
        "meeting": meeting,
        "minutes": row,
        "sections": row.sections.all(),
        "steps": row.steps.select_related("by"),
        "approval": row.approvals.filter(voided_at__isnull=True).select_related("by").first(),
        "authors": authors(row),
        "others_wrote": approving.may_approve(row, request.user),
        "editions": row.editions.select_related("by").order_by("-number"),
        "address": notes_address(meeting),
        "unfinished": Bake.objects.filter(done_at__isnull=True).exclude(trouble="").last(),
    }
    return render(request, "staff/minutes/detail.html", context)


@require_POST
def minutes_start(request: StaffRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting, pk=pk)
    attempt(
        request,
        lambda: writing.start(meeting, by=request.user),
        "Ett avsnitt för varje punkt finns nu att skriva i.",
    )
    return redirect("staff:minutes", pk)


def section_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Write in a section; when somebody else saved meanwhile both texts are shown and nothing is lost."""
    section = get_object_or_404(Section.objects.select_related("minutes__meeting"), pk=pk)
    if section.minutes.state != MinutesState.DRAFT:
        messages.error(request, "Anteckningarna är inte öppna för ändring. Öppna dem först.")
        return redirect("staff:minutes", section.minutes.meeting_id)
    initial = {"heading": section.heading, "html": section.html, "seen_version": section.version}
    form = SectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            writing.save_section(section, by=request.user, **typed)
            return after_saving(request, section)
        except writing.Conflict as conflict:
            mine = SectionForm(initial={**typed, "seen_version": conflict.theirs.version})
            return section_page(request, section, mine, conflict.theirs)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return section_page(request, section, form)


def section_page(
    request: StaffRequest, section: Section, form: SectionForm, theirs: Section | None = None
) -> HttpResponse:
    """The section in its editor, with its place among the others; after a conflict also what somebody else saved."""
    around = list(section.minutes.sections.all())
    context = {
        "form": form,
        "editor_media": form.media.with_nonce(request.csp_nonce),  # type: ignore[attr-defined]
        "mine": mark_safe(form.initial["html"]) if theirs else "",  # cleaned by the form
        "section": section,
        "meeting": section.minutes.meeting,
        "theirs": theirs,
        "last": theirs and theirs.revisions.select_related("by").last(),
        "next": next((row for row in around if row.position > section.position), None),
        "number": [row.pk for row in around].index(section.pk) + 1,
        "total": len(around),
    }
    return render(request, "staff/minutes/section.html", context, status=409 if theirs else 200)


def after_saving(request: StaffRequest, section: Section) -> HttpResponse:
    """To the next section when that button was pressed, else back to the notes at the same place."""
    messages.success(request, f"Avsnittet ”{section.heading}” är sparat.")
    following = section.minutes.sections.filter(position__gt=section.position).first()
    if "next" in request.POST and following:
        return redirect("staff:section_change", following.pk)
    response = redirect("staff:minutes", section.minutes.meeting_id)
    response["Location"] += f"#avsnitt-{section.pk}"
    return response


@require_POST
def section_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more section at the end, for what was not on the agenda."""
    try:
        section = writing.add_section(find(pk), by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:minutes", pk)
    return redirect("staff:section_change", section.pk)


@require_POST
def section_remove(request: StaffRequest, pk: int) -> HttpResponse:
    section = get_object_or_404(Section.objects.select_related("minutes"), pk=pk)
    attempt(
        request,
        lambda: writing.remove_section(section, by=request.user),
        f"Avsnittet ”{section.heading}” är borttaget.",
    )
    return redirect("staff:minutes", section.minutes.meeting_id)


def section_history(request: StaffRequest, pk: int) -> HttpResponse:
    """Every text that a section has had, the newest first."""
    section = get_object_or_404(Section.objects.select_related("minutes__meeting"), pk=pk)
    revisions = section.revisions.select_related("by").order_by("-pk")
    context = {"section": section, "meeting": section.minutes.meeting, "revisions": revisions}
    return render(request, "staff/minutes/history.html", context)


def minutes_preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The notes as the public will read them; here an approver approves exactly what the page shows."""
    row = find(pk)
    document = compile_document(row, row.approvals.filter(voided_at__isnull=True).first())
    context = {
        "minutes": row,
        "meeting": row.meeting,
        "body": notes_html(document),
        "seen": hash_of(document),
        "others_wrote": approving.may_approve(row, request.user),
        "empty": [section for section in row.sections.all() if not section.html],
    }
    return render(request, "staff/minutes/preview.html", context)


def minutes_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The notes as they stand now, as PDF."""
    row = find(pk)
    try:
        pdf = render_pdf(compile_document(row, row.approvals.filter(voided_at__isnull=True).first()))
    except PdfFailed as failure:
        messages.error(request, str(failure))
        return redirect("staff:minutes", pk)
    name = f'inline; filename="minnesanteckningar-{row.meeting.slug}.pdf"'
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})


@require_POST
def minutes_circulate(request: StaffRequest, pk: int) -> HttpResponse:
    row = find(pk)
    attempt(
        request,
        lambda: writing.circulate(row, by=request.user),
        "Utkastet är delat och väntar på att fastställas.",
    )
    return redirect("staff:minutes", pk)


@require_POST
def minutes_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    row = find(pk)
    attempt(
        request, lambda: writing.reopen(row, by=request.user), "Anteckningarna är öppna för ändring igen."
    )
    return redirect("staff:minutes", pk)


@require_POST
def minutes_approve(request: StaffRequest, pk: int) -> HttpResponse:
    row = find(pk)
    seen = request.POST.get("seen", "")
    attempt(
        request,
        lambda: approving.approve(row, seen=seen, by=request.user),
        "Anteckningarna är fastställda. Nu kan de skickas ut.",
    )
    return redirect("staff:minutes", pk)


def minutes_distribute(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows the letter and to how many it goes; the button sends it."""
    row = find(pk)
    try:
        if request.method == "POST":
            return distributed(request, row)
        approval = approving.standing_approval(row)
        pairs = distributing.letters(row, approval)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:minutes", pk)
    context = {
        "minutes": row,
        "meeting": row.meeting,
        "pairs": pairs,
        "approval": approval,
        "without": row.meeting.attendees.filter(attended=True, email=""),
    }
    return render(request, "staff/minutes/distribute.html", context)


def distributed(request: StaffRequest, row: Minutes) -> HttpResponse:
    """Send, and on to the letters leaving; back to the notes when there was nobody to write to."""
    previewed, nobody = request.POST.get("previewed", ""), "nobody" in request.POST
    number = distributing.distribute(row, previewed=previewed, nobody=nobody, by=request.user)
    if not number:
        messages.success(request, "Anteckningarna räknas som utskickade. Inget brev skickades.")
        return redirect("staff:minutes", row.meeting_id)
    messages.success(request, f"{count(number, 'brev ligger,brev ligger')} i utkorgen och skickas nu.")
    return redirect("staff:letters_progress", row.meeting_id, Purpose.DISTRIBUTION)


def minutes_publish(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows what becomes public and where; the button publishes it."""
    row = find(pk)
    if request.method == "POST":
        attempt(
            request,
            lambda: publishing.publish(row, by=request.user),
            "Anteckningarna är publicerade på webbplatsen.",
        )
        return redirect("staff:minutes", pk)
    if row.state != MinutesState.DISTRIBUTED:
        messages.error(request, f"Anteckningarna är {row.get_state_display()} och kan inte publiceras nu.")
        return redirect("staff:minutes", pk)
    approval = row.approvals.filter(voided_at__isnull=True).select_related("by", "rendering").first()
    if approval is None:
        raise Http404
    context = {
        "minutes": row,
        "meeting": row.meeting,
        "approval": approval,
        "address": notes_address(row.meeting),
        "others_wrote": approving.may_approve(row, request.user),
        "frozen": json.loads(approval.rendering.json),
    }
    return render(request, "staff/minutes/publish.html", context)


def minutes_correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin a correction; what is public stays until the next edition."""
    row = find(pk)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        attempt(
            request,
            lambda: writing.correct(row, what=form.cleaned_data["what"], by=request.user),
            "Rättelsen är påbörjad. Den publicerade utgåvan ligger kvar tills du publicerar nästa.",
        )
        return redirect("staff:minutes", pk)
    context = {"form": form, "minutes": row, "meeting": row.meeting}
    return render(request, "staff/minutes/correct.html", context)
