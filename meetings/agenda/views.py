"""Staff pages of the agenda: the items with their start times. Everything can be done with the keyboard."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.versioned_form import submit
from meetings.agenda import actions
from meetings.agenda.forms import ConsultationForm, ItemForm, NewItemForm
from meetings.mailings.pending_letters import count_pending
from meetings.models import Agenda, AgendaConsultation, AgendaItem, AgendaState, Purpose

UNDO_SECONDS = 15 * 60
REMOVED_ITEM_KEY = "removed_item"


def find_agenda(pk: int) -> Agenda:
    """Return the agenda of the meeting `pk`, with its items; raise Http404 if there is none."""
    rows = Agenda.objects.select_related("meeting__round").prefetch_related("items")
    return get_object_or_404(rows, meeting=pk)


def find_item(pk: int) -> AgendaItem:
    return get_object_or_404(AgendaItem.objects.select_related("agenda__meeting__round"), pk=pk)


def agenda(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the items with their times. `?ny` and `?flyttad` set the focus where the user was before the redirect."""
    return agenda_page(request, find_agenda(pk), NewItemForm())


def agenda_page(request: StaffRequest, row: Agenda, form: NewItemForm) -> HttpResponse:
    """Render the agenda with a form for one more item, which may show errors."""
    points = row.timed_items()
    consultations = list(row.consultations.select_related("by"))
    if "ny" in request.GET:
        form.fields["title"].widget.attrs["autofocus"] = True
    context = {
        "agenda": row,
        "meeting": row.meeting,
        "points": points,
        "described": any(item.description for _, item in points),
        "over": row.planned_minutes - row.meeting.length,
        "left": row.meeting.length - row.planned_minutes,
        "consultations": consultations,
        "bodies": bodies_to_consult(row, consultations),
        "outdated": count_pending(Purpose.AGENDA, row.meeting, timezone.now()),
        "settled": row.state == AgendaState.SETTLED,
        "begun": row.meeting.starts_at <= timezone.now(),
        "form": form,
        "last_move": recent_move(request, points),
        "last_removal": recent_removal(request, row),
    }
    return render(request, "staff/agenda/agenda.html", context)


def bodies_to_consult(row: Agenda, consultations: list[AgendaConsultation]) -> list[str]:
    """Return the bodies of the meeting's categories with which no consultation has been noted."""
    names = row.meeting.categories.exclude(agenda_body="").order_by("agenda_body")
    noted = {consultation.body for consultation in consultations}
    return [name for name in names.values_list("agenda_body", flat=True).distinct() if name not in noted]


def recent_move(request: StaffRequest, points: list[Any]) -> dict[str, Any] | None:
    """Return the item that was just moved, its positions, and the button that gets the focus; None if there is none."""
    pk, before = request.GET.get("flyttad", ""), request.GET.get("fran", "")
    for place, (_, item) in enumerate(points, 1):
        if str(item.pk) == pk and before.isdecimal():
            last = place == len(points)
            button = "up" if (request.GET.get("knapp") == "up" and place > 1) or last else "down"
            return {"pk": item.pk, "before": int(before), "place": place, "button": button, "last": last}
    return None


def recent_removal(request: StaffRequest, row: Agenda) -> dict[str, Any] | None:
    """Return the item that this user deleted, if that was less than UNDO_SECONDS ago; else None.

    A settled agenda takes no item back, so then there is nothing to undo.
    """
    last: dict[str, Any] | None = request.session.get(REMOVED_ITEM_KEY)
    if row.state == AgendaState.SETTLED:
        return None
    fresh = last and last["agenda"] == row.pk and timezone.now().timestamp() - last["at"] < UNDO_SECONDS
    return last if fresh else None


def redirect_to_agenda(pk: int, query: str = "") -> HttpResponse:
    """Redirect to the agenda of the meeting `pk`."""
    return redirect(reverse("staff:agenda", args=[pk]) + query)


def item_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an item at the end, then show the empty form again with the focus in it."""
    if not request.POST:
        return redirect_to_agenda(pk, "?ny=1")
    row = find_agenda(pk)
    form = NewItemForm(request.POST)
    if not form.is_valid() or request.method != "POST":
        return agenda_page(request, row, form)
    try:
        actions.add_item(row, form.instance, by=request.user)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return agenda_page(request, row, form)
    return redirect_to_agenda(pk, "?ny=1")


def item_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change all fields of an item."""
    item = find_item(pk)
    form = ItemForm(request.POST or None, instance=item)
    if item.agenda.state == AgendaState.SETTLED and not form.is_bound:
        messages.error(request, actions.SETTLED_SENTENCE)
        return redirect_to_agenda(item.agenda.meeting_id)

    def save() -> AgendaItem:
        return actions.change_item(item, form.values, seen_version=form.seen_version, by=request.user)

    if request.method == "POST" and (saved := submit(form, save)):
        messages.success(request, f"Punkten {saved} är sparad.")
        return redirect_to_agenda(item.agenda.meeting_id)
    context = {"form": form, "item": item, "meeting": item.agenda.meeting}
    return render(request, "staff/agenda/item.html", context)


def item_delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete an item after asking. It can be restored for UNDO_SECONDS."""
    item = find_item(pk)
    meeting = item.agenda.meeting
    if request.method != "POST":
        return render(request, "staff/agenda/delete.html", {"item": item, "meeting": meeting})
    try:
        content = actions.delete_item(item, by=request.user)
        now = timezone.now().timestamp()
        request.session[REMOVED_ITEM_KEY] = {"item": content, "agenda": item.agenda_id, "at": now}
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect_to_agenda(meeting.pk)


@require_POST
def item_restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Restore the item that this user just deleted."""
    row = find_agenda(pk)
    removal = recent_removal(request, row)
    if removal is None:
        messages.info(request, "Det finns ingen borttagen punkt att lägga tillbaka.")
        return redirect_to_agenda(pk)
    try:
        item = actions.restore_item(row, removal["item"], by=request.user)
        del request.session[REMOVED_ITEM_KEY]
        messages.success(request, f"Punkten {item} är tillbaka.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect_to_agenda(pk)


@require_POST
def item_move(request: StaffRequest, pk: int) -> HttpResponse:
    """Move an item one step up or down, or to a position counted from 1."""
    item = find_item(pk)
    to = request.POST.get("to", "")
    try:
        before, _ = actions.move_item(item, to=requested_position(item, to), by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect_to_agenda(item.agenda.meeting_id)
    return redirect_to_agenda(
        item.agenda.meeting_id, f"?flyttad={pk}&fran={before}&knapp={'up' if to == 'up' else 'down'}"
    )


def requested_position(item: AgendaItem, to: str) -> int:
    """Return the position that a button or a drag asks for; raise Http404 for anything that the page cannot send."""
    if to in ("up", "down"):
        return actions.position_of(item.agenda, item) + (-1 if to == "up" else 1)
    if to.isdecimal() and len(to) < 5:
        return int(to)
    raise Http404


@require_POST
def agenda_step(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the agenda for consultation, settle it, or reopen it."""
    row = find_agenda(pk)
    to = request.POST.get("to", "")
    if to not in AgendaState.values:
        raise Http404
    try:
        now = actions.change_agenda_state(row, AgendaState(to), by=request.user)
        messages.success(request, f"Dagordningen är nu {now.get_state_display()}.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect_to_agenda(pk)


def consultation_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that a body was consulted about the agenda."""
    row = find_agenda(pk)
    waiting = bodies_to_consult(row, list(row.consultations.all()))
    form = ConsultationForm(request.POST or None, initial={"body": next(iter(waiting), "")})
    if request.method == "POST" and form.is_valid():
        noted = actions.note_consultation(row, form.cleaned_data, by=request.user)
        messages.success(request, f"Avstämningen med {noted.body} är noterad.")
        return redirect_to_agenda(pk)
    return render(request, "staff/agenda/consultation.html", {"form": form, "meeting": row.meeting})


@require_POST
def consultation_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove a consultation that was noted by mistake."""
    row = get_object_or_404(AgendaConsultation.objects.select_related("agenda"), pk=pk)
    actions.remove_consultation(row, by=request.user)
    messages.success(request, f"Avstämningen med {row.body} är borttagen.")
    return redirect_to_agenda(row.agenda.meeting_id)
