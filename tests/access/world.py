"""One row of every kind that an address can be about, belonging to one person, and every address of the portal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from dialog_portal.access.actions import invite_staff
from dialog_portal.access.models import Role, StaffInvitation, User
from dialog_portal.base.audit import record
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.mime import Attachment
from dialog_portal.outbox.queue.post import post
from meetings.audit_events import MeetingsEvent
from meetings.mailings.letters.reply_link import reply_url
from meetings.models import Group, HowConsulted, MeetingState, Purpose
from minutes.models import (
    AccessibilityReport,
    Approval,
    Edition,
    Minutes,
    MinutesState,
    ProtectedName,
    Redirect,
    Rendering,
    Section,
    SectionRevision,
    TextKind,
)
from minutes.public_texts import actions
from parties.imports.actions import store_upload
from parties.imports.read_file import Table
from parties.models import RegisterImport
from tests import factories
from tests.world import World

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One pattern of the URL configuration: the name of its view, and its route with named places."""

    name: str
    route: str

    @property
    def places(self) -> list[tuple[str, str]]:
        """Each place with the nearest fixed part before it: `moten/<int:pk>/` has ("moten", "pk")."""
        return [(fixed_part(self.route[: match.start()]), match[1]) for match in PLACE.finditer(self.route)]

    def __str__(self) -> str:
        return f"{self.name} {self.route}"


def fixed_part(route: str) -> str:
    words = [
        re.sub(r"[^a-z]", "", part) for part in re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]*>", "", route).split("/")
    ]
    return next((word for word in reversed(words) if word), "")


def addresses(
    resolver: URLResolver | None = None, route: str = "", names: tuple[str, ...] = ()
) -> Iterator[Address]:
    """Every address, down to those of allauth and of Django's admin."""
    for pattern in (resolver or get_resolver()).url_patterns:
        whole = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(":".join([*names, pattern.name or pattern.lookup_str]), whole)
        else:
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from addresses(pattern, whole, inner)


class OneOfEach(World):
    """Rows of every kind that `owner` made, wrote, sent or answers for."""

    def __init__(self, owner: User) -> None:
        start = factories.afternoon(-2)
        super().__init__(
            by=owner,
            round=factories.round_(),
            officer=owner,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            reply_by=start - timedelta(days=3),
            state=MeetingState.HELD,
        )
        self.round, self.invitee = self.meeting.round, self.chief
        self.group = Group.objects.create(round=self.round, name=f"Grupp {owner.pk}")
        self.item = factories.item(self.meeting)
        self.consultation = self.meeting.agenda.consultations.create(
            body="FSKF", held_on=timezone.localdate(), how=HowConsulted.PHONE, by=owner
        )
        self.category = factories.category()
        self.membership = factories.membership(self.party, self.category)
        self.mandate = factories.mandate(self.party)
        self.calendar_reply = self.invitee.calendar_replies.create(outcome="tentative", partstat="TENTATIVE")
        self.wish = self.invitee.substitute_requests.create(name="Udo Ek", email="udo@annan.example")
        self.planned = self.meeting.planned.create(purpose=Purpose.REMINDER, due_at=start)
        self.letter = self.write_letter()
        self.minutes = Minutes.objects.create(meeting=self.meeting, state=MinutesState.CIRCULATED)
        self.section = self.write_section()
        self.protected_name = self.name_somebody_protected()
        self.account = factories.user()
        self.staff_invitation = self.invite_somebody()
        self.text = actions.save_text(
            actions.text_of(TextKind.YEAR, self.round), {"body": "Text"}, seen_version=0, by=owner
        )
        self.redirect = Redirect.objects.create(old_path=f"/gammal-{owner.pk}", target="/")
        self.report = AccessibilityReport.objects.create(
            kind="barrier", message="Hej", received_at=timezone.now(), answer_by=timezone.localdate()
        )
        self.uploaded = self.upload_contacts()
        self.event = record(owner, MeetingsEvent.MEETING_CHANGED, self.meeting)

    def write_letter(self) -> Any:
        name = f"meeting:{self.meeting.pk}"
        draft = Draft(
            key=f"prov:{self.by.pk}",
            purpose="invitation",
            campaign=name,
            name="Gäst",
            address="gast@kommun.example",
            subject="Inbjudan",
            text=f"Välkommen\n\n{reply_url(self.invitee)}",
            html=f'<p>Välkommen</p><a href="{reply_url(self.invitee, "ja")}">Svara</a>',
            deadline=timezone.now() + timedelta(days=2),
            attachments=(Attachment("karta.txt", "text/plain", b"hit"),),
        )
        return post(draft, by=self.by)[0]

    def name_somebody_protected(self) -> ProtectedName:
        """An edition that names somebody; that it can be published is another test's."""
        approval = Approval.objects.create(
            minutes=self.minutes,
            content_hash="x",
            author=self.by,
            by=factories.user(Role.APPROVER),
            at=timezone.now(),
            voided_at=timezone.now(),
        )
        rendering = Rendering.objects.create(
            approval=approval, number=1, html="", json="{}", pdf=b"", sha256="x"
        )
        edition = Edition.objects.create(
            minutes=self.minutes, rendering=rendering, number=1, published_at=timezone.now(), by=approval.by
        )
        return ProtectedName.objects.create(edition=edition, person=factories.person(protected=True))

    def upload_contacts(self) -> RegisterImport:
        table = Table([1, 2], [["Part", "Namn"], ["Salem", "Anna Ek"]])
        return store_upload(table, file_name="kontakter.csv", sha256=f"{self.by.pk}", by=self.by)

    def write_section(self) -> Section:
        section = Section.objects.create(
            minutes=self.minutes, item=self.item, heading="Läget", html="<p>Gott.</p>"
        )
        SectionRevision.objects.create(
            section=section, heading=section.heading, html=section.html, version=1, by=self.by
        )
        return section

    def invite_somebody(self) -> StaffInvitation:
        email, boss = f"ny{factories.unique()}@region.example", factories.user(Role.ADMINISTRATOR)
        return invite_staff(name="Ny Person", email=email, role=Role.READER, by=boss)


OBJECTS: dict[tuple[str, str], Callable[[OneOfEach], Any]] = {
    ("parter", "pk"): lambda world: world.party.pk,
    ("tillhorigheter", "pk"): lambda world: world.membership.pk,
    ("uppdrag", "pk"): lambda world: world.mandate.pk,
    ("personer", "pk"): lambda world: world.mandate.person_id,
    ("kategorier", "pk"): lambda world: world.category.pk,
    ("adresser", "file"): lambda world: "adresser.csv",
    ("import", "pk"): lambda world: world.uploaded.pk,
    ("listor", "file"): lambda world: "inbjudna.xlsx",
    ("omgangar", "year"): lambda world: world.round.year,
    ("grupper", "pk"): lambda world: world.group.pk,
    ("moten", "pk"): lambda world: world.meeting.pk,
    ("avstamningar", "pk"): lambda world: world.consultation.pk,
    ("punkter", "pk"): lambda world: world.item.pk,
    ("part", "pk"): lambda world: world.invitation.pk,
    ("inbjudna", "pk"): lambda world: world.invitee.pk,
    ("brev", "purpose"): lambda world: "invitation",
    ("till", "invitee"): lambda world: world.invitee.pk,
    ("planerade", "pk"): lambda world: world.planned.pk,
    ("kalendersvar", "pk"): lambda world: world.calendar_reply.pk,
    ("ersattare", "pk"): lambda world: world.wish.pk,
    ("skyddadenamn", "pk"): lambda world: world.protected_name.pk,
    ("avsnitt", "pk"): lambda world: world.section.pk,
    ("utkorg", "pk"): lambda world: world.letter.pk,
    ("innehall", "number"): lambda world: 1,
    ("oppna", "number"): lambda world: 1,
    ("konton", "pk"): lambda world: world.account.pk,
    ("inbjudan", "pk"): lambda world: world.staff_invitation.pk,
    ("inbjudan", "token"): lambda world: token_for(world.staff_invitation.link),
    ("svar", "token"): lambda world: token_for(world.invitee.link),
    ("moten", "year"): lambda world: world.round.year,
    ("moten", "slug"): lambda world: world.meeting.slug,
    ("utgava", "number"): lambda world: 1,
    ("texter", "word"): lambda world: str(world.round.year),
    ("synpunkter", "pk"): lambda world: world.report.pk,
    ("version", "number"): lambda world: 1,
    ("gamlaadresser", "pk"): lambda world: world.redirect.pk,
    ("nytt", "uidb36"): lambda world: "1",
    ("nytt", "key"): lambda world: "set-password",
    ("user", "object_id"): lambda world: world.account.pk,
    ("event", "object_id"): lambda world: world.event.pk,
    ("r", "content_type_id"): lambda world: ContentType.objects.get_for_model(User).pk,
    ("r", "object_id"): lambda world: world.account.pk,
    ("admin", "app_label"): lambda world: "access",
    ("admin", "url"): lambda world: "finns-inte",
}


def missing_objects(address: Address) -> list[tuple[str, str]]:
    return [place for place in address.places if place not in OBJECTS]


def url(address: Address, world: OneOfEach) -> str:
    """Where the address leads when it is about the world's rows."""
    values = {place[1]: str(OBJECTS[place](world)) for place in address.places}
    if "(?P<" not in address.route:
        return "/" + PLACE.sub(lambda match: values[match[1]], address.route)
    return f"/admin/{values['url']}/" if "url" in values else reverse(address.name, kwargs=values)


def with_second_factor(user: User) -> User:
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user
