"""Staff pages: preview a mailing, send it, and see its progress."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count
from dialog_portal.outbox.health import is_stuck
from dialog_portal.outbox.models import Hold, Letter
from dialog_portal.outbox.pages.views import letter_page
from meetings.mailings.actions import send
from meetings.mailings.letters.compose import compose, preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS, Mailing, to_remind, without_reply
from meetings.mailings.views.wording import wording_on_preview
from meetings.models import Invitation, Invitee, Meeting, MeetingLetter, MeetingState, Purpose
from meetings.models.letter_to_read import has_mail_to_read
from meetings.models.meeting import MEETING_NEXT

NO_SERVER = "Ingen e-postserver är inställd, så breven stannar där och går inte till mottagarna."


def find_meeting(pk: int) -> Meeting:
    """Return the meeting with what its letters say, or raise 404."""
    return get_object_or_404(Meeting.objects.with_names().with_letters(), pk=pk)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def letters_preview(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    """Show exactly what each recipient will get, to how many and to whom; the button sends what is shown."""
    meeting, mailing = find_meeting(pk), find_mailing(purpose)
    why_not = mailing.reason_not_to_send(meeting, timezone.now())
    if why_not and is_reminder_before_invitation(mailing, meeting):
        why_not = "Ingen är inbjuden till mötet än, så det finns ingen att påminna."
    pairs = [] if why_not else send.drafts_for(mailing, meeting)
    shown = next(
        (pair for pair in pairs if str(pair[0].pk) == request.GET.get("till")), pairs[0] if pairs else None
    )
    context = {
        "meeting": meeting,
        "mailing": mailing,
        "why_not": why_not,
        "pairs": pairs,
        "shown": shown,
        "fingerprint": preview_fingerprint([draft for _, draft in pairs]),
        "parties": len({pair[0].invitation_id for pair in pairs}),
        "town_to_fill_in": bool(
            meeting.venue and not meeting.town and MEETING_NEXT[MeetingState(meeting.state)]
        ),
        "already": count_with_letter(mailing, meeting, [invitee.pk for invitee, _ in pairs]),
        "resting": [] if why_not or mailing.purpose != Purpose.REMINDER else resting_people(meeting),
        "without": parties_without_recipient(meeting),
        "unread": count_unread(meeting) if mailing.purpose == Purpose.REMINDER else 0,
        "wording": wording_on_preview(meeting, mailing.purpose),
    }
    return render(request, "staff/mailings/preview.html", context)


def count_unread(meeting: Meeting) -> int:
    """Return how many people get no reminder because something from them waits to be read."""
    people = without_reply(meeting.invitees.active())
    return people.filter(has_mail_to_read(timezone.now())).count()


def is_reminder_before_invitation(mailing: Mailing, meeting: Meeting) -> bool:
    """Return whether it is a reminder although nobody has been invited."""
    reminder = mailing.purpose in (Purpose.REMINDER, Purpose.COMING)
    return reminder and meeting.state in (MeetingState.PLANNED, MeetingState.ANNOUNCED)


def count_with_letter(mailing: Mailing, meeting: Meeting, getting_it: list[int]) -> int:
    """Return how many on the list have the letter as it is now, and are not among those who are getting it."""
    letters = MeetingLetter.objects.filter(
        purpose=mailing.purpose, invitee__in=meeting.invitees.active(), version=meeting.letter_version
    ).not_stopped_in_time()
    return letters.exclude(invitee__in=getting_it).values("invitee").distinct().count()


def resting_people(meeting: Meeting) -> list[Invitee]:
    """Return those who have not answered but are not reminded now, because they were just asked or wait for us."""
    silent = without_reply(meeting.invitees.active()).filter(~has_mail_to_read(timezone.now()))
    return list(silent.exclude(pk__in=to_remind(meeting.invitees.active()).values("pk")).in_order())


@xframe_options_sameorigin
def letters_preview_body(request: StaffRequest, pk: int, purpose: str, invitee: int) -> HttpResponse:
    """Return the HTML of one previewed letter, for a frame without scripts, links or sending."""
    meeting, mailing = find_meeting(pk), find_mailing(purpose)
    row = get_object_or_404(meeting.invitees.active().select_related("invitation__party", "link"), pk=invitee)
    return letter_page(compose(mailing, meeting, row).html)


def parties_without_recipient(meeting: Meeting) -> list[Invitation]:
    """Return the invited parties where nobody will get a letter."""
    active = Invitee.objects.active()
    return list(
        meeting.invitations.followed_by_register()
        .select_related("party")
        .prefetch_related(Prefetch("invitees", active, to_attr="active"))
        .exclude(invitees__in=active.filter(meeting=meeting))
        .exclude(pk__in=Invitee.also.through.objects.filter(invitee__meeting=meeting).values("invitation"))
    )


def find_mailing(purpose: str) -> Mailing:
    """Return the mailing of an address, or raise 404."""
    if purpose not in MAILINGS:
        raise Http404
    return MAILINGS[purpose]


@require_POST
def letters_send(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    """Send what was previewed, then show the progress."""
    meeting, mailing = find_meeting(pk), find_mailing(purpose)
    try:
        number = send.send_previewed_letters(
            mailing, meeting, previewed=request.POST.get("previewed", ""), by=request.user
        )
    except send.PreviewOutdated as change:
        messages.warning(request, str(change))
        return redirect("staff:letters_preview", pk, purpose)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:invitations", pk)
    written = f"{count(number, 'brev ligger,brev ligger')} i utkorgen"
    if why := why_waiting(meeting):
        messages.warning(request, f"{written}. {why}")
    else:
        messages.success(request, f"{written} och skickas nu.")
    return redirect("staff:letters_progress", pk, purpose)


def why_waiting(meeting: Meeting) -> str:
    """Return a Swedish sentence about why the meeting's letters stay in the outbox, empty when they are being sent."""
    if Hold.objects.filter(campaign__in=("", meeting.campaign)).exists():
        return "Breven hålls kvar tills någon släpper dem."
    if not settings.MAIL:
        return NO_SERVER
    return "Breven väntar på att utskicket kommer igång. De skickas då av sig själva." if is_stuck() else ""


def letters_progress(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    """Show how many letters of one kind have left; the figures update while any of them waits."""
    if purpose not in Purpose.values:
        raise Http404
    meeting, kind = find_meeting(pk), Purpose(purpose)
    letters = Letter.objects.filter(campaign=meeting.campaign, purpose=kind)
    tally = letters.tally()
    context = {
        "meeting": meeting,
        "purpose": kind,
        "tally": tally,
        "why_waiting": why_waiting(meeting) if tally.waiting else "",
        "letters": letters.defer("raw").order_by("pk")[:300],
    }
    template = "progress_part.html" if request.htmx else "progress.html"  # type: ignore[attr-defined]
    return render(request, f"staff/mailings/{template}", context)
