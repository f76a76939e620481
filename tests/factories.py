"""Small factories: each makes one valid row, and takes whatever the test wants to be different."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.links.models import Link
from meetings.models import Agenda, AgendaItem, Invitation, Invitee, Meeting, Round
from parties.models import Category, Mandate, Membership, Municipality, Party, Person

numbers = count(1)
PASSWORD = "en lång rad ord till lås"


def user(role: str = Role.OFFICER, **values: Any) -> User:
    n = next(numbers)
    given = {"email": f"person{n}@region.example", "name": f"Person {n}", "role": role, **values}
    return User.objects.create_user(password=PASSWORD, **given)


def category(**values: Any) -> Category:
    n = next(numbers)
    return Category.objects.create(**{"name": f"Kategori {n}", "slug": f"kategori-{n}", **values})


def party(**values: Any) -> Party:
    n = next(numbers)
    return Party.objects.create(**{"name": f"Part {n}", "slug": f"part-{n}", **values})


def municipality(name: str, code: str, **values: Any) -> Party:
    row = party(name=name, **values)
    Municipality.objects.create(party=row, code=code)
    return row


def membership(party: Party, category: Category, **values: Any) -> Membership:
    return Membership.objects.create(party=party, category=category, **{"from_year": 2018, **values})


def person(**values: Any) -> Person:
    n = next(numbers)
    return Person.objects.create(**{"name": f"Gäst {n}", "email": f"gast{n}@kommun.example", **values})


def mandate(party: Party, person_: Person | None = None, **values: Any) -> Mandate:
    given = {"title": "kulturchef", "from_date": timezone.localdate() - timedelta(days=400), **values}
    return Mandate.objects.create(party=party, person=person_ or person(), **given)


def round_(**values: Any) -> Round:
    given = {
        "year": 2001 + next(numbers) % 90,
        "signer": "Ylva Norrby",
        "signer_title": "förvaltningschef",
        **values,
    }
    return Round.objects.create(**given)


def afternoon(days: int) -> datetime:
    """13.00 some days from today, so that a meeting never runs past midnight, whenever the suite runs."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(13)))


def meeting(**values: Any) -> Meeting:
    n = next(numbers)
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
        **values,
    }
    given.setdefault("round", Round.objects.first() or round_())
    row = Meeting.objects.create(**given)
    Agenda.objects.create(meeting=row)
    return row


def item(meeting: Meeting, **values: Any) -> AgendaItem:
    n = next(numbers)
    return meeting.agenda.items.create(**{"title": f"Punkt {n}", "position": n, "minutes": 20, **values})


def link(**values: Any) -> Link:
    return Link.objects.create(
        **{"purpose": "svar", "expires_at": timezone.now() + timedelta(days=60), **values}
    )


def invitation(meeting: Meeting, party_: Party | None = None, **values: Any) -> Invitation:
    return Invitation.objects.create(meeting=meeting, party=party_ or party(), **values)


def invitee(invitation: Invitation, **values: Any) -> Invitee:
    n = next(numbers)
    given = {"name": f"Gäst {n}", "email": f"gast{n}@kommun.example", "link": link(), **values}
    return Invitee.objects.create(meeting=invitation.meeting, invitation=invitation, **given)
