"""Publishing: an edition is frozen in the database, and the public files follow from it.

The commit decides. Every page is rendered before it, so what cannot be shown cannot be published; the files are
written after it, and a crash in between is finished by the next sweep. Hence all of it or nothing.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.states import NotAllowed, step
from minutes.actions.approving import standing_approval
from minutes.actions.distributing import rendering_of
from minutes.models import NEXT, Bake, Edition, Minutes, MinutesState
from minutes.public.baking import finish, render_page


@transaction.atomic
def publish(minutes: Minutes, *, by: User) -> Edition:
    """Freeze the next edition of approved and distributed notes and put it on the public site."""
    minutes = Minutes.objects.select_for_update().select_related("meeting__round").get(pk=minutes.pk)
    if minutes.state != MinutesState.DISTRIBUTED:
        raise NotAllowed(f"Anteckningarna är {minutes.get_state_display()} och kan inte publiceras.")
    approval = standing_approval(minutes)
    if approval.author == by:
        raise NotAllowed("Du har själv skrivit i anteckningarna. Någon annan behöver publicera dem.")
    rendering = rendering_of(approval)
    edition = Edition.objects.create(
        minutes=minutes,
        rendering=rendering,
        number=rendering.number,
        reason=minutes.correction,
        published_at=timezone.now(),
        by=by,
    )
    step(minutes, NEXT, MinutesState.PUBLISHED, by=by)
    addresses = addresses_of(edition)
    for address in addresses:
        render_page(address)
    bake = Bake.objects.create(reason=f"edition {edition.pk}", addresses=addresses)
    transaction.on_commit(partial(finish, bake), robust=True)
    return edition


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
