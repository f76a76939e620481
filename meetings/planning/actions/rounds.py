"""What changes a round: copying last year's, and the groups of a year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from meetings.mailings.actions.wording import copy_wordings
from meetings.models import Agenda, AgendaItem, Group, Meeting, MeetingState, MeetingStep, Round
from meetings.planning.actions.meetings import KEPT, candidates, copied
from meetings.planning.dates import moved, weeks_between
from parties.models import in_year

if TYPE_CHECKING:
    from meetings.planning.forms.rounds import GroupForm, RoundForm


@transaction.atomic
def save_round(form: RoundForm, *, by: User) -> Round:
    """Add or change a round; raises NotAllowed when somebody was first with the year."""
    what = "dialogomgång: ändrade" if form.instance.pk else "dialogomgång: la upp"
    try:
        with transaction.atomic():
            row: Round = form.save()
    except IntegrityError as taken:
        raise NotAllowed(f"Det finns redan en omgång för {form.cleaned_data['year']}.") from taken
    record(by, what, row, fields=form.changed_data)
    return row


@transaction.atomic
def copy_round(source: Round, *, year: int, meetings: Iterable[Meeting], by: User) -> Round:
    """Last year's round as a plan for another: what is still valid, the groups, the letters, the meetings.

    Letters, answers, diary numbers, greetings and online links belong to their year and stay there.
    """
    kept = {name: getattr(source, name) for name in ("signer", "signer_title", "reminds")}
    try:
        with transaction.atomic():
            made = Round.objects.create(year=year, **kept)
    except IntegrityError as taken:  # also when the button was pressed twice
        raise NotAllowed(f"Det finns redan en omgång för {year}.") from taken
    made.purposes.set(source.purposes.filter(in_year(year)))
    made.focus_areas.set(source.focus_areas.filter(in_year(year)))
    copy_wordings(source, made)
    groups = copy_groups(source, made)
    copy_meetings(list(meetings), made, groups, weeks_between(source.year, year), by=by)
    record(by, "dialogomgång: kopierade", made, source=source.pk)
    return made


def copy_groups(source: Round, made: Round) -> dict[int, Group]:
    """The groups with those of their parties that still exist; answers the new group by the old one's id."""
    groups = {}
    for old in source.groups.select_related("host").order_by("pk"):
        host = old.host if old.host and old.host.ended is None else None
        groups[old.pk] = made.groups.create(name=old.name, host=host)
        groups[old.pk].parties.set(old.parties.active())
    return groups


def copy_meetings(
    sources: list[Meeting], made: Round, groups: dict[int, Group], weeks: int, *, by: User
) -> None:
    """The meetings with their public agenda points; the number of queries does not grow with them."""
    slugs: set[str] = set()
    pairs = [
        (old, twin(old, made, groups, weeks, slugs)) for old in sources if old.state != MeetingState.CANCELLED
    ]
    Meeting.objects.bulk_create(new for _, new in pairs)
    agendas = {old.pk: Agenda(meeting=new) for old, new in pairs}
    Agenda.objects.bulk_create(agendas.values())
    reason = "Kopierades från förra omgången."
    MeetingStep.objects.bulk_create(
        MeetingStep(meeting=new, before="", after=new.state, by=by, reason=reason) for _, new in pairs
    )
    copy_categories(pairs, made.year)
    items = AgendaItem.objects.filter(agenda__meeting__in=agendas, internal=False).annotate(
        source=F("agenda__meeting")
    )
    AgendaItem.objects.bulk_create(copied(item, agendas[item.source]) for item in items)


def twin(old: Meeting, made: Round, groups: dict[int, Group], weeks: int, slugs: set[str]) -> Meeting:
    """One meeting moved to the new round, with an address word that the round does not have yet."""
    starts_at = moved(old.starts_at, weeks)
    years = str(old.round.year), str(made.year)
    slug = next(word for word in candidates(old.slug[:70].replace(*years)) if word not in slugs)
    slugs.add(slug)
    return Meeting(
        round=made,
        title=old.title.replace(*years),
        slug=slug,
        group=groups.get(old.group_id or 0),
        starts_at=starts_at,
        ends_at=starts_at + (old.ends_at - old.starts_at),
        reply_by=min(moved(old.reply_by, weeks), starts_at),
        officer=old.officer if old.officer and old.officer.is_active else None,
        **{name: getattr(old, name) for name in KEPT},
    )


def copy_categories(pairs: list[tuple[Meeting, Meeting]], year: int) -> None:
    """The categories that still exist in the new year."""
    through = Meeting.categories.through
    new_of = {old.pk: new.pk for old, new in pairs}
    links = through.objects.filter(in_year(year, "category__"), meeting__in=new_of)
    through.objects.bulk_create(
        through(meeting_id=new_of[meeting], category_id=category)
        for meeting, category in links.values_list("meeting_id", "category_id")
    )


@transaction.atomic
def save_group(form: GroupForm, *, by: User) -> Group:
    """Add or change a group; raises NotAllowed when somebody was first with the name."""
    what = "grupp: ändrade" if form.instance.pk else "grupp: la till"
    try:
        with transaction.atomic():
            row: Group = form.save()
    except IntegrityError as taken:
        raise NotAllowed(f"Omgången har redan en grupp som heter {form.cleaned_data['name']}.") from taken
    record(by, what, row, fields=form.changed_data)
    return row


@transaction.atomic
def remove_group(group: Group, *, by: User) -> None:
    """Take a group away that no meeting uses."""
    if group.meetings.exists():
        raise NotAllowed(f"Gruppen {group} har möten. Flytta dem till en annan grupp först.")
    record(by, "grupp: tog bort", group)
    group.delete()
