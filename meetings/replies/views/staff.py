"""Staff pages: note an answer, decide about a substitute, see food and access needs as totals."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dialog_portal.access.models import User
from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from meetings.models import Answer, CalendarReply, Channel, Invitee, Meeting, Need, SubstituteRequest
from meetings.replies.actions import answer as replies
from meetings.replies.actions import mail_to_read, substitute_requests, substitutes
from meetings.replies.actions.needs import KEEP_NEEDS_FOR
from meetings.replies.forms.staff import NoteReply
from meetings.replies.guest_list import guest_rows, with_replies
from meetings.replies.need_totals import need_totals


def reply_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Note an answer that came by telephone or e-mail; the person gets a receipt as for their own answers."""
    invitee = get_object_or_404(
        Invitee.objects.active().select_related("meeting", "invitation__party"), pk=pk
    )
    form = NoteReply(request.POST or None, deputy=bool(invitee.substitute_for_id))
    if request.method == "POST" and form.is_valid():
        try:
            store_noted_reply(invitee, by=request.user, **form.cleaned_data)
            messages.success(
                request, f"Svaret från {invitee} är noterat. Ett kvitto skickas till {invitee.email}."
            )
            return redirect("staff:invitations", invitee.meeting_id)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    now = timezone.now()
    context = {
        "form": form,
        "mailbox": settings.MAIL_REPLY_TO,
        "letters": invitee.letters_to_read.unread(now),
        "answers": invitee.calendar_replies.needs_a_person(now),
        "meeting": invitee.meeting,
        "invitee": invitee,
        "history": invitee.replies.select_related("by"),
        "from_calendar": invitee.calendar_replies.order_by("-pk"),
    }
    return render(request, "staff/replies/reply.html", context)


def store_noted_reply(
    invitee: Invitee, *, answer: str, channel: str, note: str, by: User, name: str = "", email: str = ""
) -> None:
    """Store what staff typed: an answer, or the substitute whom the person sends."""
    how = Channel(channel)
    if answer == Answer.SUBSTITUTE:
        substitutes.hand_over(invitee, name=name, email=email, channel=how, by=by, note=note)
    else:
        replies.store_answer(invitee, Answer(answer), channel=how, by=by, note=note)


@require_POST
def mail_read(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that what the page showed of a person's letters and calendar answers has been read."""
    invitee = get_object_or_404(Invitee.objects.active(), pk=pk)
    letters, answers = (numbers_of(request.POST.getlist(name)) for name in ("brev", "kalender"))
    if mail_to_read.mark_as_read(invitee, letters=letters, answers=answers, by=request.user):
        messages.success(request, f"Noterat. {invitee} får påminnelser igen tills svaret är känt.")
    return redirect("staff:invitations", invitee.meeting_id)


def numbers_of(texts: list[str]) -> list[int]:
    """Return the ids that a form sent; anything else is left out."""
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 19]


@require_POST
def calendar_reply_count(request: StaffRequest, pk: int) -> HttpResponse:
    """Count a calendar's answer from another address as the invited person's own."""
    row = get_object_or_404(CalendarReply.objects.select_related("invitee"), pk=pk)
    try:
        mail_to_read.count_calendar_reply(row, by=request.user)
        messages.success(
            request, f"Svaret från {row.invitee} är räknat. Ett kvitto skickas till {row.invitee.email}."
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:reply_note", row.invitee_id)
    return redirect("staff:invitations", row.invitee.meeting_id)


def needs(request: StaffRequest, pk: int) -> HttpResponse:
    """Show food and access needs of those who come: how many people need what, never who."""
    meeting = get_object_or_404(Meeting.objects.with_names(), pk=pk)
    coming = [row.invitee.pk for row in guest_rows(with_replies(meeting.invitations.all())) if row.is_seated]
    known = list(Need.objects.filter(invitee__in=coming))
    context = {
        "meeting": meeting,
        "coming": len(coming),
        "people": len(known),
        "food": need_totals(need.food for need in known),
        "access": need_totals(need.access for need in known),
        "erased": meeting.ends_at + KEEP_NEEDS_FOR,
    }
    return render(request, "staff/replies/needs.html", context)


@require_POST
def substitute_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Approve or refuse a substitute from outside the party; the guest gets a letter."""
    wish = get_object_or_404(SubstituteRequest.objects.select_related("invitee"), pk=pk)
    approve = request.POST.get("beslut") == "ja"
    if not approve and request.POST.get("beslut") != "nej":
        messages.error(request, "Välj Godkänn eller Avslå.")
        return redirect("staff:invitations", wish.invitee.meeting_id)
    try:
        seen = (request.POST.get("namn", ""), request.POST.get("adress", ""))
        substitute_requests.decide_request(wish, approve=approve, seen=seen, by=request.user)
        done = "har fått en egen inbjudan" if approve else "får ingen inbjudan"
        messages.success(request, f"{wish.name} {done}. {wish.invitee} får besked till {wish.invitee.email}.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", wish.invitee.meeting_id)
