"""Staff pages of a meeting: show it with its next step, add, change, copy, cancel, mark as held."""

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
from meetings.mailings.pending_letters import count_pending
from meetings.models import Meeting, MeetingState, Purpose, Round
from meetings.models.meeting import MEETING_NEXT
from meetings.planning import progress
from meetings.planning.actions import delete as deleting
from meetings.planning.actions import meetings as actions
from meetings.planning.cancellation import cancellation_of
from meetings.planning.forms.meetings import CancelForm, CopyMeetingForm, MeetingForm
from parties.models import Category, in_year


@dataclass(frozen=True)
class NextStep:
    """What to do next with a meeting: a page to open or, if `post`, a button to press."""

    label: str
    view: str
    purpose: str = ""
    post: bool = False


def next_step(meeting: Meeting, now: datetime, *, update: int, cancellation: int) -> NextStep | None:
    """Return the next step, or None. Pending letters come first: `update` and `cancellation` are their numbers."""
    if update:
        return NextStep("Förhandsgranska brev om ändringen", "staff:letters_preview", Purpose.UPDATE)
    if meeting.state == MeetingState.CANCELLED:
        label = "Förhandsgranska brev om att mötet är inställt"
        return NextStep(label, "staff:letters_preview", Purpose.CANCELLATION) if cancellation else None
    if meeting.state == MeetingState.HELD:
        return NextStep("Minnesanteckningar", "staff:minutes")
    if meeting.starts_at <= now:
        return NextStep("Markera som genomfört", "staff:meeting_hold", post=True)
    if meeting.state == MeetingState.INVITED:
        return NextStep("Se inbjudna och svar", "staff:invitations")
    return next_step_before_invitation(meeting)


def next_step_before_invitation(meeting: Meeting) -> NextStep:
    """Return the first step that is missing: write the agenda, invite parties, preview the invitation."""
    if not meeting.agenda.items.exists():
        return NextStep("Skriv dagordningen", "staff:agenda")
    if not meeting.invitees.active().exists():
        return NextStep("Bjud in parter", "staff:invitations")
    return NextStep("Förhandsgranska inbjudan", "staff:letters_preview", Purpose.INVITATION)


def meeting_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a meeting: time, place and parties, its progress and its next step."""
    rows = progress.annotate_answer_counts(
        Meeting.objects.with_names().select_related("group", "officer", "agenda")
    )
    meeting = get_object_or_404(rows, pk=pk)
    progress.subtract_waiting_list([meeting])
    steps = list(meeting.steps.select_related("by"))
    now = timezone.now()
    update = count_pending(Purpose.UPDATE, meeting, now)
    cancellation = count_pending(Purpose.CANCELLATION, meeting, now)
    context = {
        "meeting": meeting,
        "chain": progress.state_chain(meeting, steps, has_minutes=hasattr(meeting, "minutes")),
        "steps": list(reversed(steps)),
        "pending_update": update,
        "pending_cancellation": cancellation,
        "next": next_step(meeting, now, update=update, cancellation=cancellation),
        "holds": Hold.objects.filter(campaign=meeting.campaign).select_related("by"),
        "deletable": Meeting.objects.known_to_nobody().filter(pk=pk).exists(),
        "open": bool(MEETING_NEXT[MeetingState(meeting.state)]),
    }
    return render(request, "staff/meetings/detail.html", context)


def meeting_add(request: StaffRequest, year: int) -> HttpResponse:
    """Add a meeting. `?kategori=ID` fills in the title and seats that are usual for the category."""
    row = get_object_or_404(Round, year=year)
    form = MeetingForm(
        request.POST or None, instance=Meeting(round=row), initial=initial_values(request, row)
    )
    if request.method == "POST" and form.is_valid():
        categories = form.cleaned_data["categories"]
        meeting = actions.add_meeting(form.instance, categories=categories, by=request.user)
        messages.success(request, "Mötet är upplagt. Nästa steg är dagordningen.")
        show_warnings(request, form)
        return redirect("staff:meeting_detail", meeting.pk)
    return render(request, "staff/meetings/form.html", {"form": form, "round": row})


def initial_values(request: StaffRequest, row: Round) -> dict[str, Any]:
    """Return what the form for a new meeting suggests: the user as officer, and the values of `?kategori=`."""
    given: dict[str, Any] = {"officer": request.user.pk, "seats": 3}
    wanted = request.GET.get("kategori", "")
    category = (
        Category.objects.filter(in_year(row.year), pk=int(wanted)).first() if wanted.isdecimal() else None
    )
    if category:
        title = f"Dialogmöte med {category.name[0].lower()}{category.name[1:]}"
        given |= {"categories": [category.pk], "seats": category.seats, "title": title}
    return given


def show_warnings(request: StaffRequest, form: MeetingForm) -> None:
    """Show the warnings of a saved form on the next page."""
    for warning in form.warnings:
        messages.warning(request, warning)


def meeting_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a meeting, except for its state."""
    meeting = get_object_or_404(Meeting.objects.select_related("round"), pk=pk)
    heading = meeting.title  # validating the form writes what was typed into `meeting`
    form = MeetingForm(request.POST or None, instance=meeting)
    if meeting.cancelled and not form.is_bound:
        messages.error(request, actions.CANCELLED_SENTENCE)
        return redirect("staff:meeting_detail", pk)
    if request.method == "POST" and (change := save_change(request, form)):
        outdated = "Mötet är sparat med ny tid eller plats."  # the next page says who needs a letter
        messages.success(request, outdated if change.outdated else "Mötet är sparat.")
        show_warnings(request, form)
        return redirect("staff:meeting_detail", pk)
    return render(request, "staff/meetings/form.html", {"form": form, "meeting": meeting, "heading": heading})


def save_change(request: StaffRequest, form: MeetingForm) -> actions.MeetingChange | None:
    """Return what the change led to; None if nothing was saved, and the form says why."""

    def save() -> actions.MeetingChange:
        return actions.change_meeting(
            form.instance, form.values, seen_version=form.seen_version, by=request.user
        )

    return submit(form, save)


def meeting_copy(request: StaffRequest, pk: int) -> HttpResponse:
    """Copy a meeting to another day or to another group."""
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
    """Cancel a meeting with a reason, then go on to the letter for those who know of it."""
    meeting = get_object_or_404(Meeting.objects.select_related("round"), pk=pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return cancel_and_go_on(request, meeting, form.cleaned_data["reason"])
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "meeting": meeting,
        "effect": cancellation_of(meeting),
        "deletable": Meeting.objects.known_to_nobody().filter(pk=pk).exists(),
    }
    return render(request, "staff/meetings/cancel.html", context)


def cancel_and_go_on(request: StaffRequest, meeting: Meeting, reason: str) -> HttpResponse:
    """Cancel the meeting and redirect to the letter's preview, or to the meeting if nobody needs a letter.

    Raise NotAllowed if the meeting is held or cancelled.
    """
    meeting = actions.cancel_meeting(meeting, reason=reason, by=request.user)
    if count_pending(Purpose.CANCELLATION, meeting, timezone.now()):
        messages.warning(request, "Mötet är inställt. Titta igenom brevet till de inbjudna och skicka det.")
        return redirect("staff:letters_preview", meeting.pk, Purpose.CANCELLATION)
    messages.success(request, "Mötet är inställt. Ingen hade fått något brev om det.")
    return redirect("staff:meeting_detail", meeting.pk)


def meeting_delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask, then delete a meeting that nobody outside has heard of."""
    meeting = get_object_or_404(Meeting.objects.select_related("round", "agenda"), pk=pk)
    try:
        if request.method == "POST":
            deleting.delete_meeting(meeting, by=request.user)
            messages.success(request, f"Mötet {meeting.title} är borttaget.")
            return redirect("staff:round_detail", meeting.round.year)
        deleting.must_be_known_to_nobody(meeting)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:meeting_detail", pk)
    items, invitees = meeting.agenda.items.count(), meeting.invitees.active().count()
    context = {"meeting": meeting, "items": items, "invitees": invitees}
    return render(request, "staff/meetings/delete.html", context)


@require_POST
def meeting_hold(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark a meeting as held."""
    meeting = get_object_or_404(Meeting, pk=pk)
    try:
        actions.mark_as_held(meeting, by=request.user)
        messages.success(request, "Mötet är markerat som genomfört. Nu kan minnesanteckningarna skrivas.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:meeting_detail", pk)
