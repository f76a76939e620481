"""Staff pages: who is invited to a meeting, and what they answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dialog_portal.access.models import User
from dialog_portal.access.requests import StaffRequest
from dialog_portal.outbox.forms import Reason
from dialog_portal.outbox.models import Hold, Letter, State
from dialog_portal.states import NotAllowed
from dialog_portal.swedish import count
from meetings.actions import inviting, replies, withdrawing
from meetings.actions.seats import with_seats
from meetings.forms.inviting import FreeGuest, InviteParties, NoteReply, Seats
from meetings.letters.purposes import MAILINGS
from meetings.models import Answer, Channel, Invitation, Invitee, Meeting, MeetingLetter, Purpose
from meetings.reminded import last_reminder, time_to_remind
from meetings.roll import Row
from meetings.views.ledger import ledger
from meetings.views.planned import shown
from parties.models import Membership, Party

Listed = tuple[Invitee, Row, MeetingLetter | None]


def find(pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.with_names().with_letters(), pk=pk)


def invitations(request: StaffRequest, pk: int) -> HttpResponse:
    """Everybody on the meeting's list with answer and letter, and which letters can be sent now."""
    meeting = find(pk)
    invitees = inviting.recipients_with_letters(meeting)
    now = timezone.now()
    possible = [mailing for mailing in MAILINGS.values() if not mailing.why_not(meeting, now)]
    numbers = [(mailing, inviting.left(mailing, meeting)) for mailing in possible]
    mailings = sorted(
        ((mailing, number) for mailing, number in numbers if number), key=lambda pair: pair[0].priority
    )
    letters = [letter for row in invitees for letter in row.sent]  # type: ignore[attr-defined]
    answers = ledger(meeting, invitees, request.GET)
    context = {
        "meeting": meeting,
        **answers,
        "tables": tables(answers["people"]),
        "withdrawn": [row for row in invitees if row.withdrawn_at is not None],
        "planned": shown(meeting),
        "mailings": mailings,
        "suggested": suggested([mailing.purpose for mailing, _ in mailings], meeting, letters),
        "reminded": last_reminder(letters),
        "missing": inviting.missing(meeting),
        "outdated": inviting.outdated(meeting),
        "tally": Letter.objects.tally(meeting.campaign),
        "holds": Hold.objects.filter(campaign=meeting.campaign).select_related("by"),
        "hold_form": Reason(),
    }
    return render(request, "staff/inviting/list.html", context)


def tables(people: list[tuple[Invitee, Row]]) -> list[tuple[str, list[Listed]]]:
    """Those whom somebody must see to before the rest, each with the letter that did not get through."""
    listed = [(invitee, said, broken(invitee)) for invitee, said in people]
    pressing = [row for row in listed if presses(row)]
    rest = [row for row in listed if not presses(row)]
    return [("Behöver åtgärd", pressing), ("Övriga" if pressing else "", rest)]


def presses(row: Listed) -> bool:
    """Whether somebody must see to the person: a letter did not get through, or the answers are in doubt."""
    _, said, letter = row
    return bool(letter or said.contradictory or said.unconfirmed)


def broken(invitee: Invitee) -> MeetingLetter | None:
    """The latest of the person's letters that waits for somebody, as needs_a_person() in the outbox."""
    waits = [
        row
        for row in invitee.sent  # type: ignore[attr-defined]
        if row.letter.state in (State.FAILED, State.BOUNCED) and not row.letter.told_otherwise
    ]
    return waits[-1] if waits else None


def suggested(purposes: list[Purpose], meeting: Meeting, letters: list[MeetingLetter]) -> Purpose | None:
    """The letter to send next, if any; a reminder only when its time has come."""
    remind = time_to_remind(meeting, letters, timezone.now())
    waits = {Purpose.COMING} if remind else {Purpose.COMING, Purpose.REMINDER}
    return next((purpose for purpose in purposes if purpose not in waits), None)


def invitation_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose parties, gathered by category, and give them seats."""
    meeting = find(pk)
    candidates = Party.objects.active().exclude(invitations__meeting=meeting).in_order()
    form = InviteParties(request.POST or None, meeting=meeting, parties=candidates)
    if request.method == "POST" and form.is_valid():
        try:
            made = inviting.invite_parties(
                meeting, form.cleaned_data["parties"], seats=form.cleaned_data["seats"], by=request.user
            )
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                f"{count(len(made), 'part,parter')} har fått plats vid mötet. Inget brev har skickats än.",
            )
            return redirect("staff:invitations", meeting.pk)
    chosen = set(request.POST.getlist("parties"))
    return render(
        request,
        "staff/inviting/add.html",
        {"meeting": meeting, "form": form, "groups": by_category(meeting, list(candidates), chosen)},
    )


def by_category(meeting: Meeting, parties: list[Party], chosen: set[str]) -> list[dict[str, Any]]:
    """The candidates under their category of the year, the meeting's own categories first and ticked from start."""
    own = {category.pk for category in meeting.categories.all()}
    members: dict[int, list[int]] = {}
    names: dict[int, Any] = {}
    for membership in Membership.objects.in_year(meeting.round.year).select_related("category"):
        members.setdefault(membership.category_id, []).append(membership.party_id)
        names[membership.category_id] = membership.category
    groups: list[dict[str, Any]] = []
    seen: set[int] = set()
    for category in sorted(names.values(), key=lambda row: (row.pk not in own, row.position)):
        rows = [party for party in parties if party.pk in members[category.pk] and party.pk not in seen]
        seen.update(party.pk for party in rows)
        ticked = {party.pk for party in rows if (str(party.pk) in chosen if chosen else category.pk in own)}
        groups.append({"name": category.name, "parties": rows, "ticked": ticked})
    rest = [party for party in parties if party.pk not in seen]
    groups.append(
        {"name": "Övriga parter", "parties": rest, "ticked": {p.pk for p in rest if str(p.pk) in chosen}}
    )
    return [group for group in groups if group["parties"]]


@require_POST
def invitees_refresh(request: StaffRequest, pk: int) -> HttpResponse:
    """Put those who have taken over a mandate since on the list."""
    meeting = find(pk)
    try:
        made = inviting.add_missing(meeting, by=request.user)
        messages.success(request, f"{count(len(made), 'person,personer')} lades till från registret.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", meeting.pk)


def invitation_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change how many seats a party has."""
    invitation = get_object_or_404(Invitation.objects.select_related("meeting", "party"), pk=pk)
    form = Seats(request.POST or None, instance=invitation)
    if request.method == "POST" and form.is_valid():
        try:
            before = with_seats(invitation)
            changed = inviting.change_seats(invitation, form.cleaned_data["seats"], by=request.user)
            told = given_a_seat(with_seats(changed) - before)
            messages.success(request, f"{invitation} har nu {count(changed.seats, 'plats,platser')}.{told}")
            return redirect("staff:invitations", invitation.meeting_id)
        except NotAllowed as refusal:
            form.add_error("seats", str(refusal))
    context = {"form": form, "meeting": invitation.meeting, "heading": f"Platser för {invitation}"}
    return render(request, "staff/inviting/form.html", context)


def given_a_seat(people: set[int]) -> str:
    """A sentence about those whom more seats took out of the queue; who comes instead of somebody got the letter."""
    waited = Invitee.objects.filter(pk__in=people).in_order()
    names = [str(person.substitutes.active().first() or person) for person in waited]
    who = " och ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    return f" {who} har fått plats från väntelistan, och brev om det skickas." if names else ""


@require_POST
def invitation_remove(request: StaffRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.select_related("meeting", "party"), pk=pk)
    name, meeting = str(invitation), invitation.meeting_id
    try:
        inviting.remove_party(invitation, by=request.user)
        messages.success(request, f"{name} är inte längre med på mötet. Du kan bjuda in parten igen.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", meeting)


def guest_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Invite somebody who belongs to no party in the register."""
    meeting = find(pk)
    form = FreeGuest(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            inviting.invite_guest(meeting, by=request.user, **form.cleaned_data)
            messages.success(
                request, f"{form.cleaned_data['name']} är med på listan. Inget brev har skickats än."
            )
            return redirect("staff:invitations", meeting.pk)
        except NotAllowed as refusal:
            form.add_error("email", str(refusal))
    return render(
        request,
        "staff/inviting/form.html",
        {"form": form, "meeting": meeting, "heading": "Bjud in en fristående gäst"},
    )


@require_POST
def invitee_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take somebody off the list, or put them back."""
    invitee = get_object_or_404(Invitee.objects.select_related("meeting", "link"), pk=pk)
    try:
        said = (
            put_back(invitee, by=request.user) if "undo" in request.POST else took_off(invitee, request.user)
        )
        messages.success(request, said)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", invitee.meeting_id)


def took_off(invitee: Invitee, by: User) -> str:
    withdrawing.withdraw(invitee, by=by)
    return f"{invitee} är borttagen från listan och den personliga länken är stängd."


def put_back(invitee: Invitee, *, by: User) -> str:
    sent = withdrawing.put_back(invitee, by=by)
    after = f"En ny personlig länk skickas till {invitee.email}." if sent else "Inget brev har skickats."
    return f"{invitee} står på listan igen. {after}"


def reply_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Note an answer that came by telephone or e-mail; the person gets a receipt as for their own answers."""
    invitee = get_object_or_404(
        Invitee.objects.active().select_related("meeting", "invitation__party"), pk=pk
    )
    form = NoteReply(request.POST or None, deputy=bool(invitee.substitute_for_id))
    if request.method == "POST" and form.is_valid():
        try:
            note(invitee, by=request.user, **form.cleaned_data)
            messages.success(
                request, f"Svaret från {invitee} är noterat. Ett kvitto skickas till {invitee.email}."
            )
            return redirect("staff:invitations", invitee.meeting_id)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "meeting": invitee.meeting,
        "invitee": invitee,
        "history": invitee.replies.select_related("by"),
        "from_calendar": invitee.calendar_replies.order_by("-pk"),
    }
    return render(request, "staff/inviting/reply.html", context)


def note(
    invitee: Invitee, *, answer: str, channel: str, note: str, by: User, name: str = "", email: str = ""
) -> None:
    """Into the ledger with what was typed: an answer, or the substitute that the person sends."""
    how = Channel(channel)
    if answer == Answer.SUBSTITUTE:
        replies.hand_over(invitee, name=name, email=email, channel=how, by=by, note=note)
    else:
        replies.answer(invitee, Answer(answer), channel=how, by=by, note=note)
