"""Small factories: each makes one valid row, and takes whatever the test wants to be different.

What has to be unique is so in the whole database, also when several processes, or one run after the other, fill it.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.links.models import Link
from meetings.models import Agenda, AgendaItem, Invitation, Invitee, Meeting, Round
from parties.models import Category, Mandate, Membership, Municipality, Party, Person

# No word that a test searches for, and no number that looks like a person's
CONSONANTS = "bcdfghjklmnpqrstvwxz"
YEARS = range(2001, 2091)
numbers = count(1)
PASSWORD = "en lång rad ord till lås"


@cache
def word_of_process(_pid: int) -> str:
    """Five letters that no other process is likely to draw: one pair in three million would be equal."""
    return "".join(secrets.choice(CONSONANTS) for _ in range(5))


def unique() -> str:
    """Return a short text that no other call in any process returns, fit for a slug, an address or a name."""
    return f"{word_of_process(os.getpid())}{next(numbers)}"


def user(role: str = Role.OFFICER, **values: Any) -> User:
    n = unique()
    given = {"email": f"person{n}@region.example", "name": f"Person {n}", "role": role, **values}
    return User.objects.create_user(password=PASSWORD, **given)


def category(**values: Any) -> Category:
    n = unique()
    return Category.objects.create(**{"name": f"Kategori {n}", "slug": f"kategori-{n}", **values})


def party(**values: Any) -> Party:
    n = unique()
    return Party.objects.create(**{"name": f"Part {n}", "slug": f"part-{n}", **values})


def municipality(name: str, code: str, **values: Any) -> Party:
    row = party(name=name, **values)
    Municipality.objects.create(party=row, code=code)
    return row


def membership(party: Party, category: Category, **values: Any) -> Membership:
    return Membership.objects.create(party=party, category=category, **{"from_year": 2018, **values})


def person(**values: Any) -> Person:
    n = unique()
    return Person.objects.create(**{"name": f"Gäst {n}", "email": f"gast{n}@kommun.example", **values})


def mandate(party: Party, person_: Person | None = None, **values: Any) -> Mandate:
    given = {"title": "kulturchef", "from_date": timezone.localdate() - timedelta(days=400), **values}
    return Mandate.objects.create(party=party, person=person_ or person(), **given)


def free_year() -> int:
    """Return a year that has no round yet; raise StopIteration when all ninety have one."""
    taken = set(Round.objects.values_list("year", flat=True))
    return next(year for year in YEARS if year not in taken)


def round_(**values: Any) -> Round:
    given = {"signer": "Ylva Norrby", "signer_title": "förvaltningschef", **values}
    if "year" in given:
        return Round.objects.create(**given)
    try:
        with transaction.atomic():
            return Round.objects.create(year=free_year(), **given)
    except IntegrityError:  # another process took the same year a moment before
        return round_(**values)


def afternoon(days: int) -> datetime:
    """13.00 some days from today, so that a meeting never runs past midnight, whenever the suite runs."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(13)))


def meeting(**values: Any) -> Meeting:
    n = unique()
    start = afternoon(30)
    given = {
        "title": f"Dialogmöte {n}",
        "slug": f"mote-{n}",
        "starts_at": start,
        "ends_at": start + timedelta(hours=3),
        "reply_by": start - timedelta(days=7),
        "venue": "Usine konferens",
        "room": "Fatburen",
        "street": "Södermalmsallén 36",
        "town": "Stockholm",
        **values,
    }
    given.setdefault("round", Round.objects.first() or round_())
    row = Meeting.objects.create(**given)
    Agenda.objects.create(meeting=row)
    return row


def item(meeting: Meeting, **values: Any) -> AgendaItem:
    """A point, last on the meeting's agenda: positions are small numbers, counted for each agenda by itself."""
    last = meeting.agenda.items.aggregate(last=Max("position"))["last"] or 0
    given = {"title": f"Punkt {unique()}", "position": last + 1, "minutes": 20, **values}
    return meeting.agenda.items.create(**given)


def link(**values: Any) -> Link:
    return Link.objects.create(
        **{"purpose": "svar", "expires_at": timezone.now() + timedelta(days=60), **values}
    )


def invitation(meeting: Meeting, party_: Party | None = None, **values: Any) -> Invitation:
    return Invitation.objects.create(meeting=meeting, party=party_ or party(), **values)


def invitee(invitation: Invitation, **values: Any) -> Invitee:
    n = unique()
    given = {"name": f"Gäst {n}", "email": f"gast{n}@kommun.example", "link": link(), **values}
    return Invitee.objects.create(meeting=invitation.meeting, invitation=invitation, **given)
