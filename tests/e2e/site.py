"""Every page of the demo: each address of the portal with objects for which it opens, and who may open it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext

from dialog_portal.access.models import Role, User
from dialog_portal.access.permissions import Rule, rule_for
from dialog_portal.links.actions import token_for
from dialog_portal.outbox.models import Letter
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.pending_letters import pending_for
from meetings.models import (
    AgendaConsultation,
    AgendaItem,
    Group,
    Invitation,
    Invitee,
    Meeting,
    Purpose,
    Round,
)
from minutes.models import AccessibilityReport, Edition, ProtectedName, Redirect, Section
from minutes.models.public_text import WORDS
from minutes.publishing.pages import public_rounds
from parties.models import Category, Mandate, Membership, Party, Person, RegisterImport
from tests.access.world import PLACE, Address, addresses

ROLES = (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
STAGES = {  # what the pages of a meeting differ by
    "staff:meeting_detail": ("state", "minutes__state"),
    "staff:agenda": ("agenda__state",),
    "staff:invitations": ("state",),
    "staff:attendance": ("state",),
    "staff:minutes": ("minutes__state", "state"),
}
MODELS: dict[tuple[str, str], Any] = {
    ("parter", "pk"): Party,
    ("tillhorigheter", "pk"): Membership,
    ("uppdrag", "pk"): Mandate,
    ("personer", "pk"): Person,
    ("kategorier", "pk"): Category,
    ("import", "pk"): RegisterImport,
    ("grupper", "pk"): Group,
    ("moten", "pk"): Meeting,
    ("punkter", "pk"): AgendaItem,
    ("avstamningar", "pk"): AgendaConsultation,
    ("part", "pk"): Invitation,
    ("inbjudna", "pk"): Invitee,
    ("avsnitt", "pk"): Section,
    ("skyddadenamn", "pk"): ProtectedName,
    ("utkorg", "pk"): Letter,
    ("konton", "pk"): User,
    ("gamlaadresser", "pk"): Redirect,
    ("synpunkter", "pk"): AccessibilityReport,
}
# No pages; each try would make a PDF or a spreadsheet
FILES = ("staff:minutes_pdf", "staff:invitation_list_file", "staff:category_addresses")
# Looked at elsewhere, or by others than staff
LEFT_OUT = ("admin:", "account_", "mfa_", "guest:", "public:", "health", "accept_account")


@dataclass
class Demo:
    """A running portal with the demo's data."""

    url: str
    browser: Browser
    options: dict[str, Any]
    clients: dict[Role, Client] = field(default_factory=dict)

    def client(self, role: Role) -> Client:
        if role not in self.clients:
            self.clients[role] = Client(raise_request_exception=False)
            user = User.objects.filter(role=role).first()
            self.clients[role].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return self.clients[role]

    def context(self, role: Role | None = None, **options: Any) -> BrowserContext:
        """A browser of its own, signed in as the first person with the role."""
        context = self.browser.new_context(**{**self.options, "base_url": self.url, **options})
        if role:
            cookie = self.client(role).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.url}])
        return context


@dataclass(frozen=True)
class Visit:
    """A page to look at, and as whom."""

    name: str
    path: str
    role: Role | None
    letter: bool = False  # shown as its recipient gets it


def staff_addresses() -> list[Address]:
    """What the permission table lets somebody look at, other than what the other tests look at."""
    staff = [one for one in addresses() if not one.name.startswith(LEFT_OUT)]
    return [one for one in staff if rule(one).see]


def rule(address: Address) -> Rule:
    found = rule_for(address.name)
    assert found is not None, f"{address} has no row in the table"
    return found


def keys(place: tuple[str, str]) -> list[str]:
    """What can stand in a place of an address, the likeliest first."""
    match place:
        case ("omgangar", "year"):
            return [str(year) for year in Round.objects.order_by("-year").values_list("year", flat=True)]
        case ("texter", "word"):
            return [*WORDS.values(), "2019"]
        case ("version", "number"):
            return ["1"]
        case ("brev", "purpose"):
            return list(Purpose.values)
        case ("till", "invitee"):
            place = ("inbjudna", "pk")
        case ("innehall", "number"):
            return []
    rows = MODELS.get(place)
    pks = [str(pk) for pk in rows.objects.order_by("pk").values_list("pk", flat=True)] if rows else []
    return [*pks[:60], *pks[60:][-1:]]


def stages(*fields: str) -> list[str]:
    """A meeting in each stage that the demo has, as far as these fields tell it."""
    rows = Meeting.objects.order_by("-pk").values_list(*fields, "pk")
    return [str(pk) for *_, pk in {row[:-1]: row for row in rows}.values()]


def one_of_each(address: Address) -> Iterator[list[str]]:
    """Lists of paths: of each list one page is looked at. Where a meeting's stage matters, one for each stage."""
    choices = [keys(place) for place in address.places]
    paths = [path_of(address, values) for values in product(*choices)]
    if address.name in STAGES:
        yield from ([path_of(address, (pk,))] for pk in stages(*STAGES[address.name]))
    elif address.name == "staff:letters_preview":
        yield paths
        yield from ([path_of(address, key)] for key in sendable())
    elif address.name.startswith("staff:public_text_"):
        yield from ([path] for path in paths)  # each text has a form and a page of its own
    else:
        yield paths


def sendable() -> list[tuple[str, str]]:
    """For each letter that somebody could get today, a meeting that it is about."""
    now, found = timezone.now(), {}
    for row in Meeting.objects.with_letters():
        for mailing in MAILINGS.values():
            if not mailing.reason_not_to_send(row, now) and pending_for(mailing, row):
                found[mailing.purpose] = (str(row.pk), str(mailing.purpose))
    return list(found.values())


def path_of(address: Address, values: tuple[str, ...]) -> str:
    left = list(values)
    return "/" + PLACE.sub(lambda _: left.pop(0), address.route)


def opens(client: Client, path: str) -> HttpResponseBase | None:
    answer = client.get(path)
    return answer if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") else None


def visits(signed_in: dict[Role, Client]) -> list[Visit]:
    """Every staff page once, by the first role that may see it, and the meeting's own pages in every stage."""
    found = []
    for address in (one for one in staff_addresses() if one.name not in FILES):
        for paths in one_of_each(address):
            who = [role for role in ROLES if role in rule(address).see]
            tries = ((role, path, opens(signed_in[role], path)) for role in who for path in paths)
            role, path, answer = next((one for one in tries if one[2]), (None, "", None))
            if answer:
                letter = "sandbox" in answer.get("Content-Security-Policy", "")
                found.append(Visit(address.name, path, role, letter))
    return found


def for_approvers(role: Role) -> list[Visit]:
    """Notes that wait for an approver look otherwise to them."""
    waits = Meeting.objects.filter(minutes__state__in=("circulated", "distributed"))
    names = ("staff:minutes", "staff:minutes_preview") if role == Role.APPROVER else ()
    return [Visit(name, reverse(name, args=[row.pk]), role) for name in names for row in waits]


def public_pages() -> list[Visit]:
    """The public site: what has been published, what is coming, and what was cancelled."""
    names = ("public:start", "public:years", "public:accessibility", "public:personal_data", "public:report")
    found = [Visit(name, reverse(name), None) for name in names]
    found.append(Visit("public:report sent", f"{reverse('public:report')}?skickat=1", None))
    years = public_rounds().values_list("year", flat=True)
    found += [Visit("public:year", reverse("public:year", args=[year]), None) for year in years]
    for row in (
        Meeting.objects.filter(pk__in=stages("state", "minutes__state"))
        .exclude(state="planned")
        .select_related("round")
    ):
        where = [row.round.year, row.slug]
        found.append(Visit("public:meeting", reverse("public:meeting", args=where), None))
        if Edition.objects.filter(minutes__meeting=row).exists():
            found.append(Visit("public:notes", reverse("public:notes", args=where), None))
    return found


def guests_pages() -> list[Visit]:
    """A guest in every case: each answer, before and after the deadline, and when the meeting is cancelled."""
    rows = Invitee.objects.active().with_answer().select_related("link", "meeting").order_by("pk")
    now = timezone.now()
    cases = {
        (row.meeting.state, row.meeting.is_open_for_answers(now), row.current_answer): row  # type: ignore[attr-defined]
        for row in rows
    }
    links = {case: token_for(row.link) for case, row in cases.items() if row.link.expires_at > now}
    found = [
        Visit(f"guest {case}", reverse("guest:reply", args=[link]), None) for case, link in links.items()
    ]
    own = next(link for (state, open_, answer), link in links.items() if open_ and answer is None)
    found += [
        Visit(f"guest:{name}", reverse(f"guest:{name}", args=[own]), None)
        for name in ("substitute", "colleague")
    ]
    again = reverse("guest:send_again")
    return [
        *found,
        *(Visit("guest:send_again", path, None) for path in (again, f"{again}?skickat=1")),
        Visit("guest gone", "/svar/x/", None),
    ]
