"""Start, write, circulate, reopen and correct the notes. Several people can write without losing each other's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.authorship import Part, record_authorship
from dialog_portal.base.stale_saves import StaleSave
from dialog_portal.base.states import NotAllowed, take_step
from meetings.models import Meeting, MeetingState
from minutes.audit_events import MinutesEvent
from minutes.models import MINUTES_NEXT, Minutes, MinutesState, Section
from minutes.sanitise import clean


@transaction.atomic
def start_minutes(meeting: Meeting, *, by: User) -> Minutes:
    """Create the notes with one section for each public agenda item, or return those that exist.

    Raise NotAllowed if the meeting is cancelled or has not begun.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.state == MeetingState.CANCELLED:
        raise NotAllowed("Mötet är inställt, så det finns inget att anteckna.")
    if meeting.starts_at > timezone.now():
        raise NotAllowed("Mötet har inte börjat än. Anteckningarna kan påbörjas när det börjar.")
    minutes, created = Minutes.objects.get_or_create(meeting=meeting)
    if created:
        items = meeting.agenda.items.filter(internal=False)
        minutes.sections.bulk_create(
            Section(minutes=minutes, item=item, position=position, heading=item.heading)
            for position, item in enumerate(items, start=1)
        )
        if not items:
            minutes.sections.create(position=1, heading="Anteckningar")
        # Set after the points are read: a person who changed a point before this time is an author of its heading
        minutes.begun_at = record(by, MinutesEvent.BEGUN, minutes).at
        minutes.save(update_fields=["begun_at"])
    return minutes


@transaction.atomic
def save_section(section: Section, *, heading: str, html: str, seen_version: int, by: User) -> Section:
    """Store the heading and the text, sanitised, and raise the version by one; nothing is stored if both are unchanged.

    Raise StaleSave if somebody else has saved since `seen_version`, and NotAllowed if the notes are not a draft.
    """
    section = Section.objects.select_for_update().select_related("minutes").get(pk=section.pk)
    must_be_draft(section.minutes)
    if section.version != seen_version:
        raise StaleSave(section)
    html = clean(html)
    if (section.heading, section.html) == (heading, html):
        return section
    section.heading, section.html, section.version = heading, html, section.version + 1
    section.save(update_fields=["heading", "html", "version"])
    section.revisions.create(heading=heading, html=html, version=section.version, by=by)
    record(by, MinutesEvent.SECTION_WRITTEN, section.minutes, section=section.pk, version=section.version)
    return section


def with_untouched(theirs: Section, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, with what is stored in place of a heading or text that the person had not touched.

    They had not touched what is as it was in the version that they saw; before the first save, an empty text.
    """
    seen = theirs.revisions.filter(version=typed["seen_version"]).first()
    shown = {"heading": seen.heading, "html": seen.html} if seen else {"html": ""}
    untouched = {name: getattr(theirs, name) for name, value in shown.items() if typed[name] == value}
    return {**typed, **untouched}


@transaction.atomic
def add_section(minutes: Minutes, *, by: User) -> Section:
    """Add an empty section at the end. Raise NotAllowed if the notes are not a draft."""
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    must_be_draft(minutes)
    last = minutes.sections.last()
    section = minutes.sections.create(position=last.position + 1 if last else 1, heading="Övrigt")
    event = record(by, MinutesEvent.SECTION_ADDED, minutes, section=section.pk)
    record_authorship(event, minutes, Part.NOTED)
    return section


@transaction.atomic
def remove_section(section: Section, *, by: User) -> None:
    """Delete a section in which nobody has written. Raise NotAllowed if it has been saved, or is the only one."""
    section = Section.objects.select_for_update().select_related("minutes").get(pk=section.pk)
    must_be_draft(section.minutes)
    if section.revisions.exists():
        raise NotAllowed(
            "Någon har skrivit i avsnittet, så det bevaras. Ändra rubriken eller texten i stället."
        )
    if section.minutes.sections.count() == 1:
        raise NotAllowed("Anteckningarna behöver minst ett avsnitt.")
    event = record(by, MinutesEvent.SECTION_REMOVED, section.minutes, section=section.pk)
    record_authorship(event, section.minutes, Part.NOTED)
    section.delete()


def must_be_held(meeting: Meeting) -> None:
    """Raise NotAllowed if the meeting is not marked as held."""
    if meeting.state != MeetingState.HELD:
        raise NotAllowed("Markera mötet som genomfört på mötets sida först.")


def must_be_draft(minutes: Minutes) -> None:
    """Raise NotAllowed if the notes are not a draft."""
    if minutes.state != MinutesState.DRAFT:
        raise NotAllowed(f"Anteckningarna är {minutes.get_state_display()}. Öppna dem för ändring först.")


@transaction.atomic
def circulate_minutes(minutes: Minutes, *, by: User) -> Minutes:
    """Circulate the draft for reading. It cannot be changed until it is reopened.

    Raise NotAllowed if the meeting is not held, or if no section has text.
    """
    must_be_held(minutes.meeting)
    if not minutes.sections.exclude(html="").exists():
        raise NotAllowed("Det finns ingen text att dela än.")
    record(by, MinutesEvent.CIRCULATED, minutes)
    return take_step(minutes, MINUTES_NEXT, MinutesState.CIRCULATED, by=by)


@transaction.atomic
def reopen_minutes(minutes: Minutes, *, by: User) -> Minutes:
    """Open the notes for changes; an approval that was given is no longer valid.

    Raise NotAllowed if they are published: those are changed by a correction.
    """
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    if minutes.state == MinutesState.PUBLISHED:
        raise NotAllowed("Publicerade anteckningar ändras genom en rättelse.")
    minutes.approvals.filter(voided_at__isnull=True).update(voided_at=timezone.now())
    record(by, MinutesEvent.REOPENED, minutes)
    return take_step(minutes, MINUTES_NEXT, MinutesState.DRAFT, by=by)


@transaction.atomic
def start_correction(minutes: Minutes, *, what: str, by: User) -> Minutes:
    """Open published notes for a correction; the public edition stays until the next edition replaces it.

    `what` is the public reason. Raise NotAllowed if the notes are not published.
    """
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    if minutes.state != MinutesState.PUBLISHED:
        raise NotAllowed("Bara publicerade anteckningar kan rättas.")
    minutes.correction = what
    minutes.save(update_fields=["correction"])
    minutes.approvals.filter(voided_at__isnull=True).update(voided_at=timezone.now())
    record(by, MinutesEvent.CORRECTION_BEGUN, minutes)
    return take_step(minutes, MINUTES_NEXT, MinutesState.DRAFT, by=by, reason=what)
