"""Staff pages: give parties seats at a meeting, add guests, take people off the list and put them back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dialog_portal.access.models import User
from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count, join_words
from meetings.invitations.actions import invite, withdraw
from meetings.invitations.actions.follow_register import follow_register
from meetings.invitations.actions.remove_party import remove_party
from meetings.invitations.forms import FreeGuest, InviteParties, Seats
from meetings.invitations.intended_parties import intended_parties, meeting_day
from meetings.mailings.views.preview import find_meeting
from meetings.models import Invitation, Invitee, Meeting, Purpose
from meetings.models.group_members import group_names_by_party
from meetings.replies.answer_lock import seated_people
from parties.models import Category, Membership, Party


def invitation_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose parties, grouped by category, and give them seats."""
    meeting = find_meeting(pk)
    candidates = Party.objects.active(meeting_day(meeting)).exclude(
        invitations__in=meeting.invitations.in_use()
    )
    form = InviteParties(request.POST or None, meeting=meeting, parties=candidates)
    if request.method == "POST" and form.is_valid():
        try:
            made = invite.invite_parties(
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
    chosen = set(request.POST.getlist("parties")) if form.is_bound else None
    context = {
        "meeting": meeting,
        "form": form,
        "groups": parties_to_choose(meeting, list(candidates), chosen),
    }
    return render(request, "staff/invitations/add.html", context)


def parties_to_choose(
    meeting: Meeting, parties: list[Party], chosen: set[str] | None
) -> list[dict[str, Any]]:
    """Return the parties to choose from under headings: the meeting's group first, then by category of the year.

    Those that the meeting is meant for are ticked, until somebody has chosen (`chosen` are the ids). Each party stands
    once, with the other groups of the year in which it stands.
    """
    intended = set(intended_parties(meeting).values_list("pk", flat=True))
    ticked = intended if chosen is None else {party.pk for party in parties if str(party.pk) in chosen}
    other_groups = group_names_by_party(meeting.round, apart_from=meeting.group)
    seen: set[int] = set()
    found = []
    for heading, members in headings(meeting, intended):
        rows = [
            party for party in parties if party.pk not in seen and (members is None or party.pk in members)
        ]
        seen.update(party.pk for party in rows)
        choices = [(row, row.pk in ticked, groups_in_words(other_groups.get(row.pk))) for row in rows]
        found.append({"name": heading, "choices": choices})
    return [group for group in found if group["choices"]]


def headings(meeting: Meeting, intended: set[int]) -> list[tuple[str, set[int] | None]]:
    """Return the headings with the ids of their parties, None for all that are left."""
    own = {category.pk for category in meeting.categories.all()}
    members: dict[Category, set[int]] = {}
    for membership in Membership.objects.in_year(meeting.round.year).select_related("category"):
        members.setdefault(membership.category, set()).add(membership.party_id)
    kinds = sorted(members, key=lambda row: (row.pk not in own, row.position))
    first: list[tuple[str, set[int] | None]] = [(meeting.group.name, intended)] if meeting.group else []
    return [*first, *((kind.name, members[kind]) for kind in kinds), ("Övriga parter", None)]


def groups_in_words(others: list[str] | None) -> str:
    """Return in which other groups of the round a party stands: "i Norra gruppen"."""
    return f"i {join_words(others)}" if others else ""


@require_POST
def invitees_refresh(request: StaffRequest, pk: int) -> HttpResponse:
    """Mend the chosen differences between the list and the register, one or all that the page showed."""
    meeting, keys = find_meeting(pk), set(request.POST.getlist("change"))
    told_before = count_told(meeting)
    try:
        mended = follow_register(meeting, keys, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:invitations", meeting.pk)
    if mended:
        done = f"{count(len(mended), 'ändring är gjord,ändringar är gjorda')} på listan."
        messages.success(request, done + told_sentence(count_told(meeting) - told_before))
    if len(mended) < len(keys) or not keys:
        messages.warning(
            request, "Listan eller registret har ändrats sedan sidan visades. Se vad som gäller nu."
        )
    return redirect("staff:invitations", meeting.pk)


def invitation_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change how many seats a party has."""
    invitation = get_object_or_404(Invitation.objects.select_related("meeting", "party"), pk=pk)
    form = Seats(request.POST or None, instance=invitation)
    if request.method == "POST" and form.is_valid():
        try:
            before = seated_people(invitation)
            changed = invite.change_seats(invitation, form.cleaned_data["seats"], by=request.user)
            notice = new_seats_sentence(seated_people(changed) - before)
            messages.success(request, f"{invitation} har nu {count(changed.seats, 'plats,platser')}.{notice}")
            return redirect("staff:invitations", invitation.meeting_id)
        except NotAllowed as refusal:
            form.add_error("seats", str(refusal))
    context = {"form": form, "meeting": invitation.meeting, "heading": f"Platser för {invitation}"}
    return render(request, "staff/invitations/form.html", context)


def new_seats_sentence(people: set[int]) -> str:
    """Return a Swedish sentence about the people who got seats from the waiting list.

    When a substitute comes instead of one of them, the substitute is named, because the letter goes there.
    """
    waited = Invitee.objects.filter(pk__in=people).in_order()
    names = [str(person.substitutes.active().first() or person) for person in waited]
    who = " och ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    return f" {who} har fått plats från väntelistan, och brev om det skickas." if names else ""


def count_told(meeting: Meeting) -> int:
    """Return how many letters say that somebody is no longer invited to the meeting."""
    return meeting.letters.filter(purpose=Purpose.WITHDRAWN).count()


def told_sentence(number: int) -> str:
    """Return a Swedish sentence about the people who are told that they are no longer invited, empty for nobody."""
    return (
        f" {count(number, 'person,personer')} får ett brev om att inbjudan inte gäller längre."
        if number
        else ""
    )


@require_POST
def invitation_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a party off the meeting."""
    invitation = get_object_or_404(Invitation.objects.select_related("meeting", "party"), pk=pk)
    name, meeting = str(invitation), invitation.meeting_id
    try:
        told_before = count_told(invitation.meeting)
        remove_party(invitation, by=request.user)
        told = told_sentence(count_told(invitation.meeting) - told_before)
        messages.success(request, f"{name} är inte längre med på mötet.{told}")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", meeting)


def guest_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Invite somebody who belongs to no party in the register."""
    meeting = find_meeting(pk)
    form = FreeGuest(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invite.invite_guest(meeting, by=request.user, **form.cleaned_data)
            messages.success(
                request, f"{form.cleaned_data['name']} är med på listan. Inget brev har skickats än."
            )
            return redirect("staff:invitations", meeting.pk)
        except NotAllowed as refusal:
            form.add_error("email", str(refusal))
    return render(
        request,
        "staff/invitations/form.html",
        {"form": form, "meeting": meeting, "heading": "Bjud in en fristående gäst"},
    )


@require_POST
def invitee_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take somebody off the list, or put them back."""
    invitee = get_object_or_404(Invitee.objects.select_related("meeting", "link"), pk=pk)
    try:
        said = (
            reinstate_sentence(invitee, by=request.user)
            if "undo" in request.POST
            else withdraw_sentence(invitee, request.user)
        )
        messages.success(request, said)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:invitations", invitee.meeting_id)


def withdraw_sentence(invitee: Invitee, by: User) -> str:
    """Take a person off the list. Return a Swedish sentence about it."""
    withdraw.withdraw(invitee, by=by)
    told = invitee.letters.filter(purpose=Purpose.WITHDRAWN).exists()
    after = (
        f"Ett brev om det skickas till {invitee.email}."
        if told
        else "Inget brev hade nått fram, så inget skickas."
    )
    return f"{invitee} är borttagen från listan och den personliga länken är stängd. {after}"


def reinstate_sentence(invitee: Invitee, *, by: User) -> str:
    """Put a person back on the list. Return a Swedish sentence about it."""
    sent = withdraw.reinstate(invitee, by=by)
    after = f"En ny personlig länk skickas till {invitee.email}." if sent else "Inget brev har skickats."
    return f"{invitee} står på listan igen. {after}"
