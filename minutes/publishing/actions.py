"""Publish the notes: store an edition in the database, and write the public files that follow from it.

All pages are rendered before the commit, so notes that cannot be rendered cannot be published. The same bytes are
written to files after the commit. If a crash comes in between, the next run of the task `minutes.finish_publications`
writes them. So an edition is published completely or not at all.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, take_step
from minutes.approval.actions import OWN_WORDS, four_eyes_approval
from minutes.approval.authors import authors
from minutes.audit_events import MinutesEvent
from minutes.models import MINUTES_NEXT, Bake, Edition, Minutes, MinutesState, Rendering
from minutes.protected_people.actions import note_names_in
from minutes.publishing.bake import finish_bake, render_pages
from minutes.publishing.pages_to_bake import pages_of_edition


@transaction.atomic
def publish(minutes: Minutes, *, by: User) -> Edition:
    """Publish the next edition of notes that are approved and distributed; their files are written after the commit.

    Raise NotAllowed in any other state, and if `by` is one of the authors.
    """
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
    take_step(minutes, MINUTES_NEXT, MinutesState.PUBLISHED, by=by)
    record(by, MinutesEvent.PUBLISHED, minutes, edition=edition.pk)
    note_names_in(edition)
    addresses = pages_of_edition(edition)
    rendered = render_pages(addresses)
    bake = Bake.objects.create(reason=f"edition {edition.pk}", addresses=addresses)
    transaction.on_commit(lambda: finish_bake(bake, rendered), robust=True)
    return edition


def mailed_rendering(minutes: Minutes) -> Rendering:
    """Return the rendering that was mailed, so that no later change can reach the public site.

    Raise NotAllowed if the notes are not approved by somebody else than their authors.
    """
    return Rendering.objects.get(approval=four_eyes_approval(minutes))
