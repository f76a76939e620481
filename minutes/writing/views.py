"""Staff pages: start the notes, write their sections, circulate, reopen and correct them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.outcome_message import run_with_message
from dialog_portal.base.stale_saves import StaleSave
from dialog_portal.base.states import NotAllowed
from meetings.models import Meeting
from minutes.models import Minutes, MinutesState, Section
from minutes.writing import actions as writing
from minutes.writing.forms import CorrectionForm, SectionForm


@require_POST
def minutes_start(request: StaffRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting, pk=pk)
    run_with_message(
        request,
        lambda: writing.start_minutes(meeting, by=request.user),
        "Ett avsnitt för varje punkt finns nu att skriva i.",
    )
    return redirect("staff:minutes", pk)


def section_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Edit a section. If somebody else has saved it meanwhile, both texts are shown, so that none is lost."""
    section = get_object_or_404(Section.objects.select_related("minutes__meeting"), pk=pk)
    if section.minutes.state != MinutesState.DRAFT and not request.POST:
        messages.error(request, "Anteckningarna är inte öppna för ändring. Öppna dem först.")
        return redirect("staff:minutes", section.minutes.meeting_id)
    initial = {"heading": section.heading, "html": section.html, "seen_version": section.version}
    form = SectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            writing.save_section(section, by=request.user, **typed)
            return redirect_after_saving(request, section)
        except StaleSave as conflict:
            kept = writing.with_untouched(conflict.theirs, typed)
            mine = SectionForm(initial={**kept, "seen_version": conflict.theirs.version})
            return section_page(request, section, mine, conflict.theirs)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return section_page(request, section, form)


def section_page(
    request: StaffRequest, section: Section, form: SectionForm, theirs: Section | None = None
) -> HttpResponse:
    """Render the editor of a section; after a conflict (status 409) also with the text that somebody else saved."""
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


def redirect_after_saving(request: StaffRequest, section: Section) -> HttpResponse:
    """Redirect to the next section if that button was pressed, otherwise to this section on the page of the notes."""
    messages.success(request, f"Avsnittet ”{section.heading}” är sparat.")
    following = section.minutes.sections.filter(position__gt=section.position).first()
    if "next" in request.POST and following:
        return redirect("staff:section_change", following.pk)
    response = redirect("staff:minutes", section.minutes.meeting_id)
    response["Location"] += f"#avsnitt-{section.pk}"
    return response


@require_POST
def section_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a section at the end, for what was not on the agenda, and open it in the editor."""
    minutes = get_object_or_404(Minutes.objects.of_meeting(pk))
    try:
        section = writing.add_section(minutes, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:minutes", pk)
    return redirect("staff:section_change", section.pk)


@require_POST
def section_remove(request: StaffRequest, pk: int) -> HttpResponse:
    section = get_object_or_404(Section.objects.select_related("minutes"), pk=pk)
    run_with_message(
        request,
        lambda: writing.remove_section(section, by=request.user),
        f"Avsnittet ”{section.heading}” är borttaget.",
    )
    return redirect("staff:minutes", section.minutes.meeting_id)


def section_history(request: StaffRequest, pk: int) -> HttpResponse:
    """Show every text that a section has had, the newest first."""
    section = get_object_or_404(Section.objects.select_related("minutes__meeting"), pk=pk)
    revisions = section.revisions.select_related("by").order_by("-pk")
    context = {"section": section, "meeting": section.minutes.meeting, "revisions": revisions}
    return render(request, "staff/minutes/history.html", context)


@require_POST
def minutes_circulate(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    run_with_message(
        request,
        lambda: writing.circulate_minutes(row, by=request.user),
        "Utkastet är delat och väntar på att fastställas.",
    )
    return redirect("staff:minutes", pk)


@require_POST
def minutes_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    run_with_message(
        request,
        lambda: writing.reopen_minutes(row, by=request.user),
        "Anteckningarna är öppna för ändring igen.",
    )
    return redirect("staff:minutes", pk)


def minutes_correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for the reason of a correction, and open the published notes for it."""
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        run_with_message(
            request,
            lambda: writing.start_correction(row, what=form.cleaned_data["what"], by=request.user),
            "Rättelsen är påbörjad. Den publicerade utgåvan ligger kvar tills du publicerar nästa.",
        )
        return redirect("staff:minutes", pk)
    context = {"form": form, "minutes": row, "meeting": row.meeting}
    return render(request, "staff/minutes/correct.html", context)
