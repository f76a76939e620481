"""No table that public pages read can change without being noted, and the database has the triggers for it."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialog_portal.access.models import Role
from minutes.models import Approval, BakedPage, Minutes, PublicChange, Rendering
from minutes.publishing import actions
from minutes.publishing.bake import BAKED_FILES, BAKED_VIEWS, render_page
from minutes.publishing.pages_to_bake import PAGES, SHOWN_ON
from minutes.publishing.refresh import refresh_pages
from minutes.publishing.watched_tables import WATCHED, drop_triggers, present_triggers, set_triggers
from tests import factories
from tests.minutes.acting import came, distributed, held_meeting

pytestmark = pytest.mark.django_db
# What an edition stands on never changes when it is published, and its own row is watched
FROZEN = {model._meta.db_table for model in (Approval, Minutes, Rendering)}
WATCHED_TABLES = {watched.model._meta.db_table for watched in WATCHED}


def a_site_with_every_kind_of_page() -> None:
    meeting = held_meeting(host=factories.party())
    came(meeting, "Åsa Öhrn", "0192")
    meeting.round.purposes.create(text="Att lyssna", from_year=2000)
    factories.category(from_year=2000)
    actions.publish(distributed(meeting), by=factories.user(Role.APPROVER))
    type(meeting.agenda).objects.update(state="settled")
    refresh_pages()


def test_every_table_that_a_public_page_reads_is_watched() -> None:
    a_site_with_every_kind_of_page()
    with CaptureQueriesContext(connection) as seen:
        for row in BakedPage.objects.all():
            render_page(row.address)
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    said = {table for query in seen for table in re.findall(r'"(\w+)"', query["sql"])}
    assert said & tables - WATCHED_TABLES - FROZEN == {BakedPage._meta.db_table}


def test_every_public_view_has_pages_that_are_baked() -> None:
    from django.urls import resolve

    a_site_with_every_kind_of_page()
    places = BakedPage.objects.exclude(address__in=BAKED_FILES).values_list("address", flat=True)
    assert {resolve(place).func for place in places} == set(BAKED_VIEWS)


def test_every_kind_of_subject_that_is_noted_has_pages() -> None:
    assert {watched.subject for watched in WATCHED} <= set(PAGES) | set(SHOWN_ON)


def test_the_triggers_are_set_again_after_a_migration_that_lost_them_and_only_then() -> None:
    present = present_triggers(connection)
    drop_triggers(connection, dict(list(present.items())[:3]))
    call_command("migrate", verbosity=0)
    assert present_triggers(connection) == present
    with CaptureQueriesContext(connection) as seen:
        set_triggers(connection)
    assert [query for query in seen if "CREATE" in query["sql"] or "DROP" in query["sql"]] == []


def test_a_trigger_that_nobody_asks_for_any_more_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    present = present_triggers(connection)
    monkeypatch.setattr("minutes.publishing.watched_tables.WATCHED", WATCHED[1:])
    set_triggers(connection)
    fewer = present_triggers(connection)
    monkeypatch.undo()
    set_triggers(connection)
    assert (len(fewer) < len(present), present_triggers(connection)) == (True, present)


def test_what_moves_from_one_subject_to_another_is_noted_for_both_and_each_once() -> None:
    first, second = factories.meeting(), factories.meeting()
    row = factories.invitation(first)
    PublicChange.objects.all().delete()
    type(row).objects.filter(pk=row.pk).update(meeting=second)
    noted = sorted((change.subject, change.key) for change in PublicChange.objects.all())
    assert noted == sorted([("meeting", first.pk), ("meeting", second.pk)])
    type(row).objects.filter(pk=row.pk).update(seats=4)
    assert PublicChange.objects.count() == 3
