"""Browsers for each of the portal's readers, and a portal with the whole demo in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as portal_settings
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from dialog_portal.environment import mail_settings
from tests import services

if TYPE_CHECKING:  # models can be imported only when Django has started
    from tests.e2e.site import Demo


def somebody_outside_the_register() -> None:
    """A guest of the kind whose address is corrected on the meeting's list; the demo has none."""
    from dialog_portal.access.models import User
    from meetings.invitations.actions.invite import invite_guest
    from meetings.models import Meeting, MeetingState

    meeting, by = Meeting.objects.filter(state=MeetingState.INVITED).first(), User.objects.first()
    assert meeting
    assert by
    invite_guest(
        meeting, organisation="Föreningen Salong", name="Nina Ek", email="nina@salong.example", by=by
    )


def uploaded_contacts() -> None:
    """A file that waits to be imported, with a row of each verdict."""
    from dialog_portal.access.models import Role, User
    from parties.imports.actions import store_upload
    from parties.imports.read_file import Table
    from parties.models import Mandate

    known = Mandate.objects.current().select_related("person", "party").order_by("pk")[0]
    own = [known.party.name, known.person.name, known.title, known.person.email]
    rows = [["Part", "Namn", "Uppdrag", "E-postadress", "Telefon"], [*own, ""], [*own, "08-123 456 78"]]
    rows += [
        ["Nya föreningen", "Siv Norrby", "ordförande", "siv@nya.example"],
        ["Salem", "Bo Ek", "chef", "bo@"],
    ]
    officer = User.objects.filter(role=Role.OFFICER)[0]
    store_upload(Table(list(range(1, 6)), rows), file_name="kontakter.xlsx", sha256="0", by=officer)


def somebody_who_became_protected() -> None:
    """One of those whom a published edition names; nobody in the demo is."""
    from dialog_portal.access.models import User
    from minutes.models import Edition
    from parties.actions.mandates import change_person
    from parties.models import Person

    named = [
        group["names"] for row in Edition.objects.all() for group in json.loads(row.rendering.json)["present"]
    ]
    person = (
        Person.objects.filter(name__in=[name for names in named for name in names]).order_by("pk").first()
    )
    assert person
    values = {"name": person.name, "email": person.email, "phone": person.phone, "protected": True}
    change_person(person, values, seen_version=person.version, by=User.objects.first())


@pytest.fixture(scope="module")
def demo(
    browser: Browser,
    browser_context_args: dict[str, Any],
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Demo]:
    """The demo, made once for the module that looks at it; its tests change nothing that another one reads."""
    from django.core.management import call_command
    from django.db import connections

    from dialog_portal.outbox.health import record_pulse
    from tests.e2e.site import Demo

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        server = LiveServer("127.0.0.1")
        patch.setattr(portal_settings, "BASE_URL", server.url)
        patch.setattr(portal_settings, "PUBLIC_ROOT", tmp_path_factory.mktemp("public"))
        try:
            call_command("demo", verbosity=0)
            somebody_outside_the_register()
            uploaded_contacts()
            somebody_who_became_protected()
            for name in ("worker", "beat"):
                record_pulse(name)  # or the start page warns that nobody works
            yield Demo(server.url, browser, browser_context_args)
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False)
            connections.close_all()


@pytest.fixture
def portal(live_server: LiveServer, settings: Any, tmp_path: Any) -> str:
    """An empty portal that knows its own address; answers it."""
    settings.BASE_URL, settings.PUBLIC_ROOT = live_server.url, tmp_path / "public"
    return live_server.url


@pytest.fixture
def letters_leave(portal: str, mailbox: services.Mailbox, settings: Any) -> Iterator[services.Mailbox]:
    """A worker in this process, as `make run` has it, that sends over SMTP; answers the mailbox they come to."""
    from dialog_portal.server import run_worker

    settings.MAIL, settings.MAIL_PER_MINUTE = mail_settings(mailbox.url), 1000
    with run_worker():
        yield mailbox


@pytest.fixture
def people(new_context: Callable[..., BrowserContext], portal: str) -> Callable[..., Page]:
    """`people(**options)`: somebody with a browser of their own."""
    return lambda **options: new_context(base_url=portal, **options).new_page()
