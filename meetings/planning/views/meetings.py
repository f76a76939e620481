"""Staff pages: a meeting from plan to held, the hub from which its agenda, letters and notes are reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.versioned_form import submit
from dialog_portal.outbox.models import Hold
from meetings.mailings.letters.recipients import with_known_time
from meetings.mailings.pending_letters import count_pending
from meetings.models import Meeting, MeetingState, Purpose, Round
from meetings.models.meeting import NEXT
from meetings.planning import progress
from meetings.planning.actions import meetings as actions
from meetings.planning.forms.meetings import CancelForm, CopyMeetingForm, MeetingForm
from parties.models import Category, in_year


@dataclass(frozen=True)
class Next:
    """The one thing to do now: a page to go to, or (`post`) a button to press."""

    words: str
    view: str
    purpose: str = ""
    post: bool = False


def next_step(meeting: Meeting, now: datetime, *, update: int, cancellation: int) -> Next | None:
    """What moves the meeting on; letters that somebody is owed come first."""
    if update:
        return Next("Förhandsgranska brev om ändringen", "staff:letters_preview", Purpose.UPDATE)
    if meeting.state == MeetingState.CANCELLED:
        words = "Förhandsgranska brev om att mötet är inställt"
        return Next(words, "staff:letters_preview", Purpose.CANCELLATION) if cancellation else None
    if meeting.state == MeetingState.HELD:
        return Next("Minnesanteckningar", "staff:minutes")
    if meeting.starts_at <= now:
        return Next("Markera som genomfört", "staff:meeting_hold", post=True)
    if meeting.state == MeetingState.INVITED:
        return Next("Se inbjudna och svar", "staff:invitations")
    return before_invitation(meeting)


def before_invitation(meeting: Meeting) -> Next:
    if not meeting.agenda.items.exists():
        return Next("Skriv dagordningen", "staff:agenda")
    if not meeting.invitees.active().exists():
        return Next("Bjud in parter", "staff:invitations")
    return Next("Förhandsgranska inbjudan", "staff:letters_preview", Purpose.INVITATION)


def meeting_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """When, where and with whom; how far it has come, and what comes next."""
    rows = progress.with_answers(Meeting.objects.with_names().select_related("group", "officer", "agenda"))
    meeting = get_object_or_404(rows, pk=pk)
    progress.without_queue([meeting])
    steps = list(meeting.steps.select_related("by"))
    now = timezone.now()
    update = count_pending(Purpose.UPDATE, meeting, now)
    cancellation = count_pending(Purpose.CANCELLATION, meeting, now)
    context = {
        "meeting": meeting,
        "chain": progress.chain(meeting, steps, noted=hasattr(meeting, "minutes")),
        "steps": list(reversed(steps)),
        "pending_update": update,
        "pending_cancellation": cancellation,
        "next": next_step(meeting, now, update=update, cancellation=cancellation),
        "holds": Hold.objects.filter(campaign=meeting.campaign).select_related("by"),
        "open": bool(NEXT[MeetingState(meeting.state)]),
    }
    return render(request, "staff/meetings/detail.html", context)


def meeting_add(request: StaffRequest, year: int) -> HttpResponse:
    """A new meeting; a category in the address fills in what is usual for it."""
    row = get_object_or_404(Round, year=year)
    form = MeetingForm(request.POST or None, instance=Meeting(round=row), initial=suggested(request, row))
    if request.method == "POST" and form.is_valid():
        categories = form.cleaned_data["categories"]
        meeting = actions.add_meeting(form.instance, categories=categories, by=request.user)
        messages.success(request, "Mötet är upplagt. Nästa steg är dagordningen.")
        warn(request, form)
        return redirect("staff:meeting_detail", meeting.pk)
    return render(request, "staff/meetings/form.html", {"form": form, "round": row})


def suggested(request: StaffRequest, row: Round) -> dict[str, Any]:
    given: dict[str, Any] = {"officer": request.user.pk, "seats": 3}
    wanted = request.GET.get("kategori", "")
    category = (
        Category.objects.filter(in_year(row.year), pk=int(wanted)).first() if wanted.isdecimal() else None
    )
    if category:
        title = f"Dialogmöte med {category.name[0].lower()}{category.name[1:]}"
        given |= {"categories": [category.pk], "seats": category.seats, "title": title}
    return given


def warn(request: StaffRequest, form: MeetingForm) -> None:
    for warning in form.warnings:
        messages.warning(request, warning)


def meeting_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything about the meeting except its state."""
    meeting = get_object_or_404(Meeting.objects.select_related("round"), pk=pk)
    heading = meeting.title  # a form writes what was typed into its own copy
    form = MeetingForm(request.POST if request.method == "POST" else None, instance=meeting)
    try:
        actions.must_not_be_cancelled(meeting)
        if request.method == "POST" and (change := save_change(request, form)):
            outdated = "Mötet är sparat med ny tid eller plats."  # the page says who must be told
            messages.success(request, outdated if change.outdated else "Mötet är sparat.")
            warn(request, form)
            return redirect("staff:meeting_detail", pk)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:meeting_detail", pk)
    return render(request, "staff/meetings/form.html", {"form": form, "meeting": meeting, "heading": heading})


def save_change(request: StaffRequest, form: MeetingForm) -> actions.MeetingChange | None:
    """Return what the change led to; None when the form says why nothing was saved."""

    def save() -> actions.MeetingChange:
        return actions.change_meeting(
            form.instance, form.values, seen_version=form.seen_version, by=request.user
        )

    try:
        return submit(form, save)
    except actions.HeldInFuture as refusal:
        form.add_error("day", str(refusal))
        return None


def meeting_copy(request: StaffRequest, pk: int) -> HttpResponse:
    """The same meeting on another day or with another group."""
    source = get_object_or_404(Meeting.objects.select_related("round", "group", "host", "agenda"), pk=pk)
    form = CopyMeetingForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        fields = ("title", "group", "starts_at", "ends_at", "reply_by")
        made = actions.copy_meeting(
            source, by=request.user, **{name: form.cleaned_data[name] for name in fields}
        )
        messages.success(request, "Mötet är kopierat. Inga parter är inbjudna till det nya mötet än.")
        return redirect("staff:meeting_detail", made.pk)
    return render(request, "staff/meetings/copy.html", {"form": form, "meeting": source})


def meeting_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Call the meeting off, with a reason; then tell those who know of it."""
    meeting = get_object_or_404(Meeting.objects.select_related("round"), pk=pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return cancel_and_go_on(request, meeting, form.cleaned_data["reason"])
    context = {"form": form, "meeting": meeting, "told": with_known_time(meeting.invitees.active()).exists()}
    return render(request, "staff/meetings/cancel.html", context)


def cancel_and_go_on(request: StaffRequest, meeting: Meeting, reason: str) -> HttpResponse:
    try:
        meeting = actions.cancel(meeting, reason=reason, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:meeting_detail", meeting.pk)
    if count_pending(Purpose.CANCELLATION, meeting, timezone.now()):
        messages.warning(request, "Mötet är inställt. Titta igenom brevet till de inbjudna och skicka det.")
        return redirect("staff:letters_preview", meeting.pk, Purpose.CANCELLATION)
    messages.success(request, "Mötet är inställt. Ingen hade fått något brev om det.")
    return redirect("staff:meeting_detail", meeting.pk)


@require_POST
def meeting_hold(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that the meeting has been held."""
    meeting = get_object_or_404(Meeting, pk=pk)
    try:
        actions.hold(meeting, by=request.user)
        messages.success(request, "Mötet är markerat som genomfört. Nu kan minnesanteckningarna skrivas.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:meeting_detail", pk)
