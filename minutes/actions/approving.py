"""Four eyes: somebody else than those who wrote stands for exactly the words that were read."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.states import NotAllowed, step
from minutes.compile import content_hash
from minutes.models import NEXT, Approval, Minutes, MinutesState, SectionRevision


def authors(minutes: Minutes) -> list[User]:
    """Those who wrote since the last edition, the latest one first; whoever began a correction is one of them."""
    written = SectionRevision.objects.filter(section__minutes=minutes)
    begun = minutes.steps.filter(before=MinutesState.PUBLISHED, after=MinutesState.DRAFT)
    published = minutes.editions.last()
    if published:
        since = published.rendering.approval.at
        written, begun = written.filter(at__gt=since), begun.filter(at__gt=since)
    people = [row.by for row in written.select_related("by").order_by("-pk")]
    people += [row.by for row in begun.select_related("by").order_by("-pk") if row.by]
    return list(dict.fromkeys(people))


def may_approve(minutes: Minutes, user: User) -> bool:
    """Whether the words are somebody else's; the role is the permission table's business."""
    return user not in authors(minutes)


@transaction.atomic
def approve(minutes: Minutes, *, seen: str, by: User) -> Approval:
    """Stand for the words whose hash was on the page that `by` read."""
    minutes = Minutes.objects.select_for_update().get(pk=minutes.pk)
    wrote = authors(minutes)
    if not wrote:
        raise NotAllowed("Ingen har skrivit något sedan förra utgåvan, så det finns inget att fastställa.")
    if by in wrote:
        raise NotAllowed("Du har själv skrivit i anteckningarna. Någon annan behöver fastställa dem.")
    content = content_hash(minutes)
    if content != seen:
        raise NotAllowed("Anteckningarna har ändrats sedan du läste dem. Läs dem igen innan du fastställer.")
    step(minutes, NEXT, MinutesState.APPROVED, by=by)
    return Approval.objects.create(
        minutes=minutes, content_hash=content, author=wrote[0], by=by, at=timezone.now()
    )


def standing_approval(minutes: Minutes) -> Approval:
    """The approval that holds for the words as they are now, or NotAllowed."""
    approval = minutes.approvals.filter(voided_at__isnull=True).select_related("by").first()
    if approval is None:
        raise NotAllowed("Anteckningarna är inte fastställda.")
    if approval.content_hash != content_hash(minutes):
        raise NotAllowed(
            "Uppgifter om mötet har ändrats sedan anteckningarna fastställdes. Öppna dem och fastställ dem på nytt."
        )
    return approval
