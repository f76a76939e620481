"""Actions on the texts of the public site: save a revision, publish it, take back an earlier one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.stale_saves import SAVE_COLUMNS, lock_if_unchanged
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.queue.wake_up import wake_up_on_commit
from meetings.models import Round
from minutes.audit_events import MinutesEvent
from minutes.models import PublicText, TextRevision
from minutes.publishing.refresh import TASK

OWN_WORDS = "Du har själv skrivit i texten. Någon annan behöver publicera den."
CHANGED = "Texten har ändrats sedan du läste den. Läs den nya versionen och publicera sedan."


def text_of(kind: str, round_: Round | None = None) -> PublicText:
    """Return a text of the public site; an unsaved row with version 0 if nobody has written it."""
    found = PublicText.objects.select_related("round").filter(kind=kind, round=round_).first()
    return found or PublicText(kind=kind, round=round_)


@transaction.atomic
def save_text(text: PublicText, content: dict[str, Any], *, seen_version: int | None, by: User) -> PublicText:
    """Save what somebody wrote as the newest revision. The public sees it when an approver has published it.

    Raise StaleSave if somebody else saved the text since `seen_version`, which is 0 for a text that nobody has saved.
    """
    # The row is stored first, so that two people who write a text for the first time are compared with the same version
    PublicText.objects.bulk_create([PublicText(kind=text.kind, round=text.round)], ignore_conflicts=True)
    stored = lock_if_unchanged(text_of(text.kind, text.round), seen_version=seen_version)
    stored.note_save(by)
    stored.save(update_fields=SAVE_COLUMNS)
    stored.revisions.create(number=stored.version, content=content, by=by, at=timezone.now())
    record(by, MinutesEvent.TEXT_WRITTEN, stored, version=stored.version)
    return stored


@transaction.atomic
def publish_text(text: PublicText, *, seen: int | None, by: User) -> TextRevision:
    """Publish the revision with the number `seen`, and ask for its page to be baked.

    Raise NotAllowed if it is not the newest one, is public already, or if `by` wrote any of what is new in it.
    """
    list(
        Round.objects.select_for_update(of=("self",)).filter(public_text=text.pk)
    )  # nobody deletes it meanwhile
    stored = PublicText.objects.select_for_update().get(pk=text.pk)
    revision = stored.revisions.get(number=stored.version)
    if revision.number != seen:
        raise NotAllowed(CHANGED)
    if revision.published_at:
        raise NotAllowed("Texten är redan publicerad.")
    if stored.pk in wrote_since_publication(by):
        raise NotAllowed(OWN_WORDS)
    revision.published_at, revision.published_by = timezone.now(), by
    revision.save(update_fields=["published_at", "published_by"])
    record(by, MinutesEvent.TEXT_PUBLISHED, stored, version=revision.number)
    wake_up_on_commit(TASK)
    return revision


def wrote_since_publication(user: User) -> set[int]:
    """Return the primary keys of the texts in which a person saved a revision after the one that is public now."""
    public = (
        TextRevision.objects.published().filter(text=OuterRef("text")).order_by("-number").values("number")
    )
    newer = Q(number__gt=Coalesce(Subquery(public[:1]), 0))
    return set(TextRevision.objects.filter(newer, by=user).values_list("text", flat=True))


def restore_revision(text: PublicText, number: int, *, seen_version: int | None, by: User) -> PublicText:
    """Save an earlier revision once more as the newest one; it is public when an approver has published it."""
    return save_text(text, text.revisions.get(number=number).content, seen_version=seen_version, by=by)
