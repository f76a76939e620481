"""Letters that a person must see to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.desk.tasks.task import Task
from dialog_portal.outbox.models import Hold, Letter, State
from dialog_portal.swedish import count
from meetings.models import Meeting


def letters_that_failed(user: User, now: datetime) -> Iterator[Task]:
    """Letters that will not get through by themselves, gathered by what they are about."""
    rows = (
        Letter.objects.visible_to(user)
        .needs_a_person()
        .filter(state=State.FAILED)
        .order_by()
        .values_list("campaign")
        .annotate(Count("pk"))
    )
    piles = dict(rows.order_by("campaign"))
    titles = {row.campaign: row.title for row in Meeting.objects.filter(pk__in=meeting_ids(piles))}
    for campaign, number in piles.items():
        url = f"{reverse('staff:outbox')}?campaign={campaign}"
        verb = "Rätta brevet" if number == 1 else "Rätta breven"
        why = f"{count(number, 'brev,brev')} kom inte fram."
        yield Task(verb, titles.get(campaign, "övriga brev"), url, why)


def meeting_ids(campaigns: Any) -> list[int]:
    """The numbers of the meetings that campaigns like `meeting:12` belong to."""
    pairs = (campaign.partition(":") for campaign in campaigns)
    return [int(number) for kind, _, number in pairs if kind == "meeting" and number.isdecimal()]


def letters_that_bounced(user: User, now: datetime) -> Iterator[Task]:
    """Letters that came back from a server which had taken them: most often the post has a new holder."""
    rows = Letter.objects.visible_to(user).needs_a_person().filter(state=State.BOUNCED).order_by("pk")
    for row in rows.only("pk", "name", "address"):
        url = reverse("staff:letter", args=[row.pk])
        yield Task("Ta reda på vem som har efterträtt", row.name or row.address, url, "Brevet dit studsade.")


def letters_on_hold(user: User, now: datetime) -> Iterator[Task]:
    """Mailings that somebody has asked the portal to keep for now; when all letters are kept, a banner says so."""
    for row in Hold.objects.exclude(campaign=""):
        yield Task(
            "Släpp breven", "Ett utskick", f"{reverse('staff:outbox')}?campaign={row.campaign}", row.reason
        )
