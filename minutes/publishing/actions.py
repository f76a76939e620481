"""Publishing: an edition is frozen in the database, and the public files follow from it.

The commit decides. Every page is rendered before it, so what cannot be shown cannot be published; the same bytes are
written to files after it, and a crash in between is finished by the next sweep. Hence all of it or nothing.
"""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, step
from minutes.approval.actions import OWN_WORDS
from minutes.approval.authors import authors
from minutes.audit_events import MinutesEvent
from minutes.models import NEXT, Bake, Edition, Minutes, MinutesState, Rendering
from minutes.publishing.bake import finish, render_pages


@transaction.atomic
def publish(minutes: Minutes, *, by: User) -> Edition:
    """Freeze the next edition of approved and distributed notes and put it on the public site."""
    minutes = (
        Minutes.objects.select_for_update(of=("self",)).select_related("meeting__round").get(pk=minutes.pk)
    )
    if minutes.state != MinutesState.DISTRIBUTED:
        raise NotAllowed(f"Anteckningarna är {minutes.get_state_display()} och kan inte publiceras.")
    rendering = mailed_rendering(minutes)
    if by in authors(minutes):
        raise NotAllowed(f"{OWN_WORDS} Någon annan behöver publicera dem.")
    edition = Edition.objects.create(
        minutes=minutes,
        rendering=rendering,
        number=rendering.number,
        reason=minutes.correction,
        published_at=timezone.now(),
        by=by,
    )
    step(minutes, NEXT, MinutesState.PUBLISHED, by=by)
    record(by, MinutesEvent.PUBLISHED, minutes, edition=edition.pk)
    addresses = addresses_of(edition)
    rendered = render_pages(addresses)
    bake = Bake.objects.create(reason=f"edition {edition.pk}", addresses=addresses)
    transaction.on_commit(lambda: finish(bake, rendered), robust=True)
    return edition


def mailed_rendering(minutes: Minutes) -> Rendering:
    """The approved words as they were mailed: frozen then, so nothing that changed since can reach the web."""
    approval = minutes.approvals.filter(voided_at__isnull=True).first()
    if approval is None:
        raise NotAllowed("Anteckningarna är inte fastställda.")
    return Rendering.objects.get(approval=approval)


def addresses_of(edition: Edition) -> list[str]:
    """The files an edition touches, those that link to others last."""
    meeting = edition.minutes.meeting
    place = [meeting.round.year, meeting.slug]
    return [
        reverse("public:notes_pdf", args=[*place, edition.number]),
        reverse("public:notes_json", args=[*place, edition.number]),
        reverse("public:notes", args=place),
        reverse("public:meeting", args=place),
        reverse("public:year", args=place[:1]),
        reverse("public:start"),
    ]
