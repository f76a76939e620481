"""Staff pages: the agenda with its running clock, made to be written by keyboard."""

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
from meetings.agenda.forms import ItemForm, NewItemForm
from meetings.models import Agenda, AgendaItem, AgendaState

UNDO_SECONDS = 15 * 60
REMOVED = "removed_item"


def find(pk: int) -> Agenda:
    rows = Agenda.objects.select_related("meeting__round").prefetch_related("items")
    return get_object_or_404(rows, meeting=pk)


def find_item(pk: int) -> AgendaItem:
    return get_object_or_404(AgendaItem.objects.select_related("agenda__meeting__round"), pk=pk)


def agenda(request: StaffRequest, pk: int) -> HttpResponse:
    """The points with their times; `ny` and `flyttad` in the address say where the hands were."""
    return agenda_page(request, find(pk), NewItemForm())


def agenda_page(request: StaffRequest, row: Agenda, form: NewItemForm) -> HttpResponse:
    points = row.timed_items()
    bodies = row.meeting.categories.exclude(agenda_body="")
    if "ny" in request.GET:
        form.fields["title"].widget.attrs["autofocus"] = True
    context = {
        "agenda": row,
        "meeting": row.meeting,
        "points": points,
        "over": row.planned_minutes - row.meeting.length,
        "left": row.meeting.length - row.planned_minutes,
        "bodies": list(bodies.order_by("agenda_body").values_list("agenda_body", flat=True).distinct()),
        "settled": row.state == AgendaState.SETTLED,
        "begun": row.meeting.starts_at <= timezone.now(),
        "form": form,
        "moved": recent_move(request, points),
        "removed": recent_removal(request, row),
    }
    return render(request, "staff/agenda/agenda.html", context)


def recent_move(request: StaffRequest, points: list[Any]) -> dict[str, Any] | None:
    """Return which point was just moved, from where to where, and by which button: it has the focus still."""
    pk, before = request.GET.get("flyttad", ""), request.GET.get("fran", "")
    for place, (_, item) in enumerate(points, 1):
        if str(item.pk) == pk and before.isdecimal():
            last = place == len(points)
            button = "up" if (request.GET.get("knapp") == "up" and place > 1) or last else "down"
            return {"pk": item.pk, "before": int(before), "place": place, "button": button, "last": last}
    return None


def recent_removal(request: StaffRequest, row: Agenda) -> dict[str, Any] | None:
    """Return the point that this person just took away, while it can be put back."""
    last: dict[str, Any] | None = request.session.get(REMOVED)
    fresh = last and last["agenda"] == row.pk and timezone.now().timestamp() - last["at"] < UNDO_SECONDS
    return last if fresh else None


def back(pk: int, query: str = "") -> HttpResponse:
    return redirect(reverse("staff:agenda", args=[pk]) + query)


def item_add(request: StaffRequest, pk: int) -> HttpResponse:
    """One more point last; then the hands are back in the empty form."""
    if request.method != "POST":
        return back(pk, "?ny=1")
    row = find(pk)
    form = NewItemForm(request.POST)
    if not form.is_valid():
        return agenda_page(request, row, form)
    try:
        actions.add_item(row, form.instance, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return agenda_page(request, row, form)
    return back(pk, "?ny=1")


def item_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything about a point."""
    item = find_item(pk)
    form = ItemForm(request.POST if request.method == "POST" else None, instance=item)

    def save() -> AgendaItem:
        return actions.change_item(item, form.values, seen_version=form.seen_version, by=request.user)

    try:
        actions.must_not_be_settled(item.agenda)
        if request.method == "POST" and (saved := submit(form, save)):
            messages.success(request, f"Punkten {saved} är sparad.")
            return back(item.agenda.meeting_id)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return back(item.agenda.meeting_id)
    context = {"form": form, "item": item, "meeting": item.agenda.meeting}
    return render(request, "staff/agenda/item.html", context)


def item_delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a point away, after a question that shows what goes with it; it can be put back for a while."""
    item = find_item(pk)
    meeting = item.agenda.meeting
    if request.method != "POST":
        return render(request, "staff/agenda/delete.html", {"item": item, "meeting": meeting})
    try:
        content = actions.delete_item(item, by=request.user)
        now = timezone.now().timestamp()
        request.session[REMOVED] = {"item": content, "agenda": item.agenda_id, "at": now}
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return back(meeting.pk)


@require_POST
def item_restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Put back the point that this person just took away."""
    row = find(pk)
    removal = recent_removal(request, row)
    if removal is None:
        messages.info(request, "Det finns ingen borttagen punkt att lägga tillbaka.")
        return back(pk)
    try:
        item = actions.restore_item(row, removal["item"], by=request.user)
        del request.session[REMOVED]
        messages.success(request, f"Punkten {item} är tillbaka.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return back(pk)


@require_POST
def item_move(request: StaffRequest, pk: int) -> HttpResponse:
    """Move a point one step up or down, or to a place counted from 1."""
    item = find_item(pk)
    to = request.POST.get("to", "")
    try:
        before, _ = actions.move_item(item, to=place(item, to), by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return back(item.agenda.meeting_id)
    return back(item.agenda.meeting_id, f"?flyttad={pk}&fran={before}&knapp={'up' if to == 'up' else 'down'}")


def place(item: AgendaItem, to: str) -> int:
    """The place that a button or a drag means; 404 for what none of them sends."""
    if to in ("up", "down"):
        return actions.place_of(item.agenda, item) + (-1 if to == "up" else 1)
    if to.isdecimal() and len(to) < 5:
        return int(to)
    raise Http404


@require_POST
def agenda_step(request: StaffRequest, pk: int) -> HttpResponse:
    """Send the agenda for consultation, settle it, or open it again."""
    row = find(pk)
    to = request.POST.get("to", "")
    if to not in AgendaState.values:
        raise Http404
    try:
        now = actions.take_step(row, AgendaState(to), by=request.user)
        messages.success(request, f"Dagordningen är nu {now.get_state_display()}.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return back(pk)
