"""Staff pages of rounds (one a year) and their groups: list, show, add, change, copy, remove."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import count, join_words, swedish
from dialog_portal.base.versioned_form import submit
from meetings.models import Group, Meeting, MeetingState, Round
from meetings.models.group_members import group_names_by_party
from meetings.planning.actions import delete as deleting
from meetings.planning.actions import rounds as actions
from meetings.planning.forms.rounds import CopyRoundForm, GroupForm, RoundForm
from meetings.planning.progress import STATE_ORDER, annotate_answer_counts, subtract_waiting_list
from parties.models import Category, Membership, Party, in_year

MEETINGS_PER_PAGE = 50
LISTED_STATES = (*STATE_ORDER, MeetingState.CANCELLED)


def round_list(request: StaffRequest) -> HttpResponse:
    """List all rounds, the newest first, with the number of meetings in each state."""
    by_state = {state.value: Count("meetings", filter=Q(meetings__state=state)) for state in LISTED_STATES}
    coming = Q(meetings__starts_at__gte=timezone.now()) & ~Q(meetings__state=MeetingState.CANCELLED)
    rows = Round.objects.annotate(
        number=Count("meetings"), next=Min("meetings__starts_at", filter=coming), **by_state
    ).order_by("-year")  # an aggregate drops the ordering of the model
    rounds = [
        (row, [(state, getattr(row, state.value)) for state in LISTED_STATES if getattr(row, state.value)])
        for row in rows
    ]
    return render(request, "staff/rounds/list.html", {"rounds": rounds})


def round_detail(request: StaffRequest, year: int) -> HttpResponse:
    """Show a round: its meetings in order of time, its groups, and the categories that still have no meeting."""
    row = get_object_or_404(Round.objects.prefetch_related("purposes", "focus_areas"), year=year)
    state = request.GET.get("lage", "")
    meetings = annotate_answer_counts(row.meetings.order_by("starts_at", "pk"))
    if state in MeetingState.values:
        meetings = meetings.filter(state=state)
    page = Paginator(meetings, MEETINGS_PER_PAGE).get_page(request.GET.get("page"))
    subtract_waiting_list(page.object_list)
    context = {
        "round": row,
        "page_obj": page,
        "states": LISTED_STATES,
        "chosen": state,
        "groups": row.groups.select_related("host").prefetch_related("parties").order_by(swedish("name")),
        "missing": categories_without_meeting(row),
        "in_two_groups": parties_in_two_groups(row),
        "in_no_group": parties_in_no_group(row),
        "deletable": deleting.is_deletable_round(row),
    }
    return render(request, "staff/rounds/detail.html", context)


def parties_in_two_groups(row: Round) -> list[tuple[Party, str]]:
    """Return the parties that stand in more than one group of the round, with the groups in words."""
    groups = {pk: names for pk, names in group_names_by_party(row).items() if len(names) > 1}
    return [(party, join_words(groups[party.pk])) for party in Party.objects.filter(pk__in=groups)]


def parties_in_no_group(row: Round) -> list[Party]:
    """Return the parties that stand in no group, of the categories that meet in groups in the round."""
    in_groups = Category.objects.filter(meetings__round=row, meetings__group__isnull=False)
    members = Membership.objects.in_year(row.year).filter(category__in=in_groups).values("party")
    parties = Party.objects.active(date(row.year, 1, 1)).filter(pk__in=members)
    return list(parties.exclude(pk__in=group_names_by_party(row)))


def categories_without_meeting(row: Round) -> list[Category]:
    """Return the categories that are due in the year of the round but have no meeting, except cancelled ones."""
    met = Meeting.objects.filter(round=row).exclude(state=MeetingState.CANCELLED).values("categories")
    rows = Category.objects.filter(in_year(row.year)).prefetch_related("cadences")
    with_meeting = set(met.order_by().values_list("categories", flat=True).distinct())
    return [
        category
        for category in rows
        if category.pk not in with_meeting
        and any(cadence.is_due(row.year) for cadence in category.cadences.all())
    ]


def round_add(request: StaffRequest) -> HttpResponse:
    """Add an empty round. The year and the signer are filled in from the latest round."""
    last = Round.objects.first()
    year = (last.year if last else timezone.localdate().year - 1) + 1
    initial = (
        {"year": year, "signer": last.signer, "signer_title": last.signer_title} if last else {"year": year}
    )
    form = RoundForm(request.POST or None, initial=initial)
    if request.method == "POST":
        saved = submit(form, lambda: actions.add_round(form.values, by=request.user), refusal_at="year")
        if saved:
            return go_to_round(request, saved, form)
    return render(request, "staff/rounds/form.html", {"form": form, "last": last})


def round_change(request: StaffRequest, year: int) -> HttpResponse:
    """Change a round: its purposes, its conference, and who signs its letters."""
    row = get_object_or_404(Round, year=year)
    form = RoundForm(request.POST or None, instance=row)

    def save() -> Round:
        return actions.change_round(row, form.values, seen_version=form.seen_version, by=request.user)

    if request.method == "POST" and (saved := submit(form, save, refusal_at="year")):
        return go_to_round(request, saved, form)
    return render(request, "staff/rounds/form.html", {"form": form, "round": row, "year": year})


def go_to_round(request: StaffRequest, row: Round, form: RoundForm) -> HttpResponse:
    """Redirect to a saved round, with the warnings of its form."""
    messages.success(request, f"Omgången {row.year} är sparad.")
    for warning in form.warnings:
        messages.warning(request, warning)
    return redirect("staff:round_detail", row.year)


def round_copy(request: StaffRequest, year: int) -> HttpResponse:
    """Copy a round to another year, with its meetings on the same weekdays."""
    source = get_object_or_404(Round, year=year)
    form = CopyRoundForm(request.POST or None, source=source, year=year + 1)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.copy_round(source, by=request.user, **form.cleaned_data)
            messages.success(
                request, f"Omgången {made.year} är upplagd. Gå igenom dagarna innan du bjuder in."
            )
            return redirect("staff:round_detail", made.year)
        except NotAllowed as refusal:
            form.add_error("year", str(refusal))
    return render(request, "staff/rounds/copy.html", {"form": form, "round": source})


def round_delete(request: StaffRequest, year: int) -> HttpResponse:
    """Ask, then delete a round whose meetings nobody outside has heard of."""
    row = get_object_or_404(Round, year=year)
    try:
        if request.method == "POST":
            number = deleting.delete_round(row, by=request.user)
            also = f" och {count(number, 'möte,möten')}" if number else ""
            messages.success(request, f"Omgången {year}{also} är borttagen.")
            return redirect("staff:round_list")
        deleting.must_be_deletable(row)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:round_detail", year)
    context = {"round": row, "meetings": row.meetings.order_by("starts_at"), "groups": row.groups.count()}
    return render(request, "staff/rounds/delete.html", context)


def group_add(request: StaffRequest, year: int) -> HttpResponse:
    """Add a group to a round."""
    return group_page(request, Group(round=get_object_or_404(Round, year=year)))


def group_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a group: its name, its parties and its host."""
    return group_page(request, get_object_or_404(Group.objects.select_related("round"), pk=pk))


def group_page(request: StaffRequest, group: Group) -> HttpResponse:
    """Show the form of a new or stored group, or save it."""
    round_ = group.round
    form = GroupForm(request.POST or None, instance=group)

    def save() -> Group:
        if not group.pk:
            return actions.add_group(round_, form.values, by=request.user)
        return actions.change_group(group, form.values, seen_version=form.seen_version, by=request.user)

    if request.method == "POST" and (saved := submit(form, save, refusal_at="name")):
        messages.success(request, f"Gruppen {saved} är sparad.")
        for warning in form.warnings:
            messages.warning(request, warning)
        return redirect("staff:round_detail", round_.year)
    return render(request, "staff/rounds/group.html", {"form": form, "group": group, "round": round_})


@require_POST
def group_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a group that has no meetings."""
    group = get_object_or_404(Group.objects.select_related("round"), pk=pk)
    try:
        actions.remove_group(group, by=request.user)
        messages.success(request, f"Gruppen {group} är borttagen.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:round_detail", group.round.year)
