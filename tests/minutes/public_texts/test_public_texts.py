"""Texts of the public site: an officer writes, somebody else publishes, and every version stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.base.stale_saves import StaleSave
from dialog_portal.base.states import NotAllowed
from dialog_portal.dashboard.tasks import tasks_for
from minutes.models import Bake, PublicText, TextKind, TextRevision
from minutes.public_texts import actions
from minutes.publishing.bake import public_file, render_page
from minutes.publishing.pages_to_bake import pages_from
from minutes.publishing.texts import public_content
from tests import factories
from tests.meetings.acting import signed_in
from tests.minutes.public_texts.texts import publish, write
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
PERSONAL = reverse("public:personal_data")


def test_what_is_written_is_public_only_when_somebody_else_has_published_it(
    django_capture_on_commit_callbacks: Any,
):
    text = write(lead="Nya ord.")
    assert "Nya ord." not in render_page(PERSONAL).decode()
    with django_capture_on_commit_callbacks(execute=True):
        publish(text)
    assert ("Nya ord." in public_file(PERSONAL).read_text(), Bake.objects.get().trouble) == (True, "")


def test_an_author_does_not_publish_even_when_somebody_else_wrote_last():
    wrote = factories.user(Role.APPROVER)
    write(by=wrote)
    text = write()
    with pytest.raises(NotAllowed, match="själv skrivit"):
        actions.publish_text(text, seen=2, by=wrote)
    publish(text)
    write()
    actions.publish_text(actions.text_of(text.kind), seen=3, by=wrote)
    assert TextRevision.objects.published().count() == 2


def test_the_database_knows_four_eyes_too():
    text = write()
    row = text.revisions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        TextRevision.objects.filter(pk=row.pk).update(published_at=timezone.now(), published_by=row.by)


@pytest.mark.parametrize("seen", [1, 3, None])
def test_only_the_version_that_was_read_is_published(seen: int | None):
    write()
    text = write()
    with pytest.raises(NotAllowed, match="ändrats"):
        actions.publish_text(text, seen=seen, by=factories.user(Role.APPROVER))


def test_a_text_is_published_once():
    text = write()
    publish(text)
    with pytest.raises(NotAllowed, match="redan"):
        publish(text)


def test_the_second_of_two_writers_is_told_and_keeps_both_texts():
    client, _ = signed_in()
    url = reverse("staff:public_text_change", args=["startsidan"])
    form = {"heading": "Rubrik", "lead": "Min ingress.", "body": "Text.", "seen_version": "0"}
    write(TextKind.START, lead="Deras ingress.")
    page = without_breaks(client.post(url, form).content)
    assert ("Deras ingress." in page, "Min ingress." in page) == (True, True)
    assert PublicText.objects.get().version == 1
    client.post(url, {**form, "seen_version": "1"})
    assert public_content(TextKind.START)["lead"].startswith("Varje år")
    assert PublicText.objects.get().revisions.last().content["lead"] == "Min ingress."  # type: ignore[union-attr]


def test_a_stale_save_of_the_first_version_is_noticed():
    text = actions.text_of(TextKind.START)
    write(TextKind.START)
    with pytest.raises(StaleSave):
        actions.save_text(text, {}, seen_version=0, by=factories.user())


def test_an_earlier_version_is_taken_back_as_a_draft():
    publish(write(lead="Först."))
    publish(write(lead="Sedan."))
    text = actions.text_of(TextKind.PERSONAL_DATA)
    actions.restore_revision(text, 1, seen_version=2, by=factories.user())
    newest = text.revisions.last()
    assert newest is not None
    assert (newest.number, newest.content["lead"], newest.published_at) == (3, "Först.", None)
    assert public_content(text.kind)["lead"] == "Sedan."


def test_the_preview_shows_the_page_with_the_draft_and_changes_nothing():
    round_ = factories.round_(year=2031)
    write(TextKind.YEAR, round_=round_, body="## Syfte\n\n- dela kunskap")
    client, _ = signed_in(Role.READER)
    page = client.get(reverse("staff:public_text_preview", args=[2031, 1])).content.decode()
    assert ("<h2>Syfte</h2>\n<ul><li>dela kunskap</li></ul>" in page, "Förhandsgranskning" in page) == (
        True,
        True,
    )
    assert (TextRevision.objects.published().count(), Bake.objects.count()) == (0, 0)


def test_a_year_has_a_page_as_soon_as_its_text_is_published(public_root: Path):
    round_ = factories.round_(year=2031)
    text = write(TextKind.YEAR, round_=round_, body="Om året.")
    year = reverse("public:year", args=[2031])
    assert year not in pages_from(2031)
    publish(text)
    assert year in pages_from(2031)
    assert "Om året." in render_page(year).decode()
    assert year in render_page(reverse("public:years")).decode()


@pytest.mark.parametrize("word", ["2031", "startsidan", "tillganglighet", "personuppgifter"])
def test_every_text_has_its_staff_pages(word: str):
    factories.round_(year=2031)
    client, _ = signed_in(Role.APPROVER)
    listed = client.get(reverse("staff:public_texts")).content.decode()
    assert reverse("staff:public_text", args=[word]) in listed
    for name in ("public_text", "public_text_change"):
        assert client.get(reverse(f"staff:{name}", args=[word])).status_code == 200


@pytest.mark.parametrize("word", ["2032", "0", "99999999999999999999", "nagot-annat"])
def test_a_word_that_means_no_text_is_not_found(word: str):
    client, _ = signed_in()
    assert client.get(reverse("staff:public_text", args=[word])).status_code == 404


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("[här](javascript:alert(1))", "fungerar inte"),
        ("Svara på https://dialog.example/svar/AQabcdefghij/", "personlig länk"),
        ("x" * 12_001, "12000"),
    ],
)
def test_what_should_not_be_published_is_refused_in_words(words: str, sentence: str):
    client, _ = signed_in()
    form = {"heading": "R", "lead": "L", "body": words, "seen_version": "0"}
    page = client.post(reverse("staff:public_text_change", args=["startsidan"]), form).content.decode()
    assert (sentence in page, PublicText.objects.count()) == (True, 0)


def test_the_buttons_follow_the_person(django_capture_on_commit_callbacks: Any):
    write()
    client, _ = signed_in(Role.APPROVER)
    url = reverse("staff:public_text", args=["personuppgifter"])
    assert "Publicera version 1" in client.get(url).content.decode()
    client.post(reverse("staff:public_text_publish", args=["personuppgifter"]), {"seen": "1"})
    page = client.get(url).content.decode()
    assert ("Publicera version 1" in page, "Version 1 finns på webbplatsen" in without_breaks(page)) == (
        False,
        True,
    )


def tasks(user: User) -> list[tuple[str, str]]:
    return [(task.verb, task.about) for task in tasks_for(user, timezone.now())[0]]


def test_a_draft_is_the_task_of_an_approver_who_did_not_write_it():
    wrote, other = factories.user(Role.APPROVER), factories.user(Role.APPROVER)
    text = write(by=wrote)
    todo = ("Läs och publicera", "Personuppgifter")
    assert (todo in tasks(wrote), todo in tasks(other)) == (False, True)
    actions.publish_text(text, seen=1, by=other)
    assert todo not in tasks(other)


def test_an_assessment_of_accessibility_that_is_a_year_old_is_a_task():
    officer, today = factories.user(), timezone.localdate()
    for days, due in ((364, False), (367, True)):
        text = write(TextKind.ACCESSIBILITY, assessed_on=(today - timedelta(days=days)).isoformat())
        publish(text)
        assert (("Gå igenom", "tillgänglighetsredogörelsen") in tasks(officer)) == due
