"""Tasks about letters: those that failed or bounced, and mailings that are held back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.dashboard.tasks.task import Task
from dialog_portal.outbox.models import Hold, Letter, State
from dialog_portal.outbox.queue.bounce import bounced_because_of_us
from meetings.models import Meeting


def letters_that_failed(user: User, now: datetime) -> Iterator[Task]:
    """Yield one task for each campaign with failed letters; when one letter failed, the task links to that letter."""
    failed = Letter.objects.visible_to(user).needs_a_person().filter(state=State.FAILED)
    grouped = failed.order_by().values_list("campaign").annotate(Count("pk"), Min("pk"))
    rows = list(grouped.order_by("campaign"))
    about = campaign_meetings(campaign for campaign, _, _ in rows)
    first = failed.only("pk", "name", "address").in_bulk([pk for _, _, pk in rows])
    for campaign, number, pk in rows:
        meeting = about.get(campaign)
        title, its = (meeting.title, meeting.pk) if meeting else ("övriga brev", None)
        if number == 1:
            why = f"Brevet till {first[pk].name or first[pk].address} kom inte fram."
            yield Task(
                "Rätta brevet",
                title,
                reverse("staff:letter", args=[pk]),
                why,
                letters=1,
                meeting=its,
            )
        else:
            url = f"{reverse('staff:outbox')}?{urlencode({'campaign': campaign, 'state': 'person'})}"
            yield Task(
                "Rätta breven",
                title,
                url,
                f"{number} brev kom inte fram.",
                letters=1,
                meeting=its,
            )


def campaign_titles(campaigns: Iterable[str]) -> dict[str, str]:
    """Return the titles of the meetings that campaigns are about, in one query."""
    return {campaign: row.title for campaign, row in campaign_meetings(campaigns).items()}


def campaign_meetings(campaigns: Iterable[str]) -> dict[str, Meeting]:
    """Return the meetings that campaigns are about, in one query."""
    return {row.campaign: row for row in Meeting.objects.of_campaigns(campaigns)}


def letters_that_bounced(user: User, now: datetime) -> Iterator[Task]:
    """Yield bounced letters: a server had accepted them. Usually the person has left and somebody succeeded them."""
    rows = Letter.objects.visible_to(user).needs_a_person().filter(state=State.BOUNCED).order_by("pk")
    fields = ("pk", "name", "address", "state", "last_code", "last_text", "meeting_letter__meeting")
    for row in rows.select_related("meeting_letter").only(*fields):
        meeting = row.meeting_letter.meeting_id if hasattr(row, "meeting_letter") else None
        url = reverse("staff:letter", args=[row.pk])
        verb, why = "Ta reda på vem som har efterträtt", "Brevet dit studsade."
        if bounced_because_of_us(row):
            verb = "Nå personen på annat sätt"
            why = "Brevet dit studsade, men felet är inte adressens: servern tar inte emot brev från oss."
        yield Task(verb, row.name or row.address, url, why, letters=1, meeting=meeting)


def letters_on_hold(user: User, now: datetime) -> Iterator[Task]:
    """Yield mailings that staff have put on hold. A hold on all letters is shown as a banner and is not a task."""
    rows = list(Hold.objects.exclude(campaign="").order_by("pk"))
    about = campaign_meetings(row.campaign for row in rows)
    for row in rows:
        url = f"{reverse('staff:outbox')}?{urlencode({'campaign': row.campaign})}"
        meeting = about.get(row.campaign)
        title, its = (meeting.title, meeting.pk) if meeting else ("ett utskick", None)
        yield Task("Släpp breven", title, url, f"De hålls kvar: {row.reason}", letters=1, meeting=its)
