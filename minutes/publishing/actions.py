"""Publish the notes: store an edition in the database, and ask a worker for the public files that follow from it.

All pages are rendered before the commit, so notes that cannot be rendered cannot be published. The database notes the
edition in the queue of public changes in the same transaction (watched_tables.py), and a worker writes the files after
the commit. So an edition is published completely or not at all, whatever crashes.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit
from minutes.approval.actions import OWN_WORDS, four_eyes_approval
from minutes.approval.authors import authors
from minutes.audit_events import MinutesEvent
from minutes.models import MINUTES_NEXT, Edition, Minutes, MinutesState, Rendering
from minutes.protected_people.actions import note_names_in
from minutes.publishing.bake import render_page
from minutes.publishing.pages_to_bake import pages_of_edition
from minutes.publishing.refresh import TASK


@transaction.atomic
def publish(minutes: Minutes, *, by: User) -> Edition:
    """Publish the next edition of notes that are approved and distributed; a worker writes the files after the commit.

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
    for address in pages_of_edition(edition):
        render_page(address)
    wake_up_on_commit(TASK)
    return edition


def mailed_rendering(minutes: Minutes) -> Rendering:
    """Return the rendering that was mailed, so that no later change can reach the public site.

    Raise NotAllowed if the notes are not approved by somebody else than their authors.
    """
    return Rendering.objects.get(approval=four_eyes_approval(minutes))
