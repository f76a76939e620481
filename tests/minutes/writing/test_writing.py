"""Notes typed by several people: the second to save loses nothing, and what is stored is safe."""

from __future__ import annotations

from itertools import product

import pytest
from django.test import Client
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.base.stale_saves import StaleSave
from dialog_portal.base.states import NotAllowed, take_step
from minutes.models import MINUTES_NEXT, Minutes, MinutesState
from minutes.writing import actions
from tests import factories
from tests.minutes.acting import fresh, held_meeting, written

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("draft", "circulated"),
    ("circulated", "draft"),
    ("circulated", "approved"),
    ("approved", "draft"),
    ("approved", "distributed"),
    ("distributed", "published"),
    ("published", "draft"),
}


@pytest.mark.parametrize(("before", "after"), list(product(MinutesState, MinutesState)))
def test_minutes_move_only_where_the_rules_say(before: MinutesState, after: MinutesState) -> None:
    user, meeting = factories.user(), held_meeting()
    minutes = Minutes.objects.create(meeting=meeting, state=before)
    if (before, after) in ALLOWED:
        assert take_step(minutes, MINUTES_NEXT, after, by=user).state == after
        assert list(minutes.steps.values_list("before", "after", "by")) == [(before, after, user.pk)]
        return
    with pytest.raises(NotAllowed):
        take_step(minutes, MINUTES_NEXT, after, by=user)
    minutes.refresh_from_db()
    assert (minutes.state, minutes.steps.count()) == (before, 0)


def test_start_makes_a_section_for_each_public_item_and_only_once() -> None:
    meeting, officer = held_meeting(), factories.user()
    actions.start_minutes(meeting, by=officer)
    minutes = actions.start_minutes(meeting, by=officer)
    assert [section.heading for section in minutes.sections.all()] == ["Läget i kommunerna", "Nästa steg"]


def test_start_before_the_meeting_is_refused() -> None:
    with pytest.raises(NotAllowed, match="inte börjat"):
        actions.start_minutes(factories.meeting(), by=factories.user())


def test_save_keeps_every_version_and_its_author() -> None:
    officer, other = factories.user(), factories.user()
    section = written(held_meeting(), officer).sections.all()[0]
    actions.save_section(section, heading="Läget", html="<p>Andra ord.</p>", seen_version=2, by=other)
    kept = [(row.version, row.html, row.by) for row in section.revisions.all()]
    assert kept == [(2, "<p>Vi talade.</p>", officer), (3, "<p>Andra ord.</p>", other)]


def test_save_of_a_stale_version_shows_theirs_and_stores_nothing() -> None:
    officer = factories.user()
    section = written(held_meeting(), officer).sections.all()[0]
    with pytest.raises(StaleSave) as conflict:
        actions.save_section(
            section, heading="Mitt", html="<p>Min text.</p>", seen_version=1, by=factories.user()
        )
    section.refresh_from_db()
    assert (conflict.value.theirs.html, section.html, section.version) == (
        "<p>Vi talade.</p>",
        "<p>Vi talade.</p>",
        2,
    )


def test_save_without_the_version_check_would_overwrite() -> None:
    """Control: who sends the newest version, as a form without the check would, replaces the other's words."""
    section = written(held_meeting(), factories.user()).sections.all()[0]
    newest = type(section).objects.get(pk=section.pk).version
    actions.save_section(
        section, heading="Mitt", html="<p>Min text.</p>", seen_version=newest, by=factories.user()
    )
    section.refresh_from_db()
    assert section.html == "<p>Min text.</p>"


def test_section_page_keeps_both_texts_when_two_officers_save(client: Client) -> None:
    first, second = factories.user(), factories.user()
    section = written(held_meeting(), first).sections.all()[0]
    client.force_login(second)
    typed = {"heading": "Läget", "html": "<p>Ekbacken avvaktar.</p>", "seen_version": "1"}
    page = client.post(reverse("staff:section_change", args=[section.pk]), typed)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Ekbacken avvaktar." in text
    assert "Vi talade." in text
    assert 'name="seen_version" value="2"' in text


def test_pasted_word_markup_is_stored_without_scripts(client: Client) -> None:
    officer = factories.user()
    section = actions.start_minutes(held_meeting(), by=officer).sections.all()[0]
    client.force_login(officer)
    pasted = '<p class="MsoNormal" onclick="x()">Ord<script>alert(1)</script><o:p></o:p></p><img src=x onerror=y()>'
    client.post(
        reverse("staff:section_change", args=[section.pk]),
        {"heading": "H", "html": pasted, "seen_version": 1},
    )
    section.refresh_from_db()
    assert section.html == "<p>Ord</p>"


def test_a_paragraph_of_12000_characters_is_kept_whole(client: Client) -> None:
    officer = factories.user()
    section = actions.start_minutes(held_meeting(), by=officer).sections.all()[0]
    client.force_login(officer)
    text = "Bilden är sammansatt. " * 546
    client.post(
        reverse("staff:section_change", args=[section.pk]),
        {"heading": "H", "html": f"<p>{text}</p>", "seen_version": 1},
    )
    section.refresh_from_db()
    assert section.html == f"<p>{text.strip()}</p>"


def test_writing_stops_when_the_draft_is_circulated() -> None:
    officer = factories.user()
    minutes = written(held_meeting(), officer)
    actions.circulate_minutes(minutes, by=officer)
    with pytest.raises(NotAllowed, match="Öppna dem"):
        actions.save_section(
            minutes.sections.all()[0], heading="H", html="<p>Nytt</p>", seen_version=2, by=officer
        )
    actions.reopen_minutes(minutes, by=officer)
    assert fresh(minutes).state == MinutesState.DRAFT


def test_circulating_nothing_is_refused() -> None:
    minutes = actions.start_minutes(held_meeting(), by=factories.user())
    with pytest.raises(NotAllowed, match="ingen text"):
        actions.circulate_minutes(minutes, by=factories.user())
    assert Minutes.objects.get().state == MinutesState.DRAFT


def test_an_administrator_sees_no_drafts(client: Client) -> None:
    meeting = written(held_meeting(), factories.user()).meeting
    client.force_login(factories.user(Role.ADMINISTRATOR))
    assert client.get(reverse("staff:minutes", args=[meeting.pk])).status_code == 403


def test_a_character_that_the_pdf_cannot_show_is_refused_where_it_was_typed(client: Client) -> None:
    officer = factories.user()
    section = actions.start_minutes(held_meeting(), by=officer).sections.all()[0]
    client.force_login(officer)
    typed = {"heading": "Läget", "html": "<p>Bra möte 🎉 – “tack”, sa Kääriäinen.</p>", "seen_version": 1}
    page = client.post(reverse("staff:section_change", args=[section.pk]), typed).content.decode()
    section.refresh_from_db()
    assert "kan inte visa tecknen: 🎉 (U+1F389)" in page
    assert "Bra möte 🎉" in page
    assert section.html == ""


def test_a_section_can_be_added_and_an_empty_one_removed(client: Client) -> None:
    officer = factories.user()
    minutes = written(held_meeting(), officer)
    client.force_login(officer)
    client.post(reverse("staff:section_add", args=[minutes.meeting_id]))
    assert [section.heading for section in minutes.sections.all()] == [
        "Läget i kommunerna",
        "Nästa steg",
        "Övrigt",
    ]
    first, _, added = minutes.sections.all()
    client.post(reverse("staff:section_remove", args=[added.pk]))
    client.post(reverse("staff:section_remove", args=[first.pk]))  # somebody wrote in it
    assert [section.heading for section in minutes.sections.all()] == ["Läget i kommunerna", "Nästa steg"]


def test_what_was_typed_stands_in_the_editor_when_the_notes_were_circulated_meanwhile(client: Client) -> None:
    officer = factories.user()
    section = written(held_meeting(), officer).sections.all()[0]
    actions.circulate_minutes(section.minutes, by=officer)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("staff:section_change", args=[section.pk])
    data = {"heading": "Läget", "html": "<p>Viktig ny text</p>", "seen_version": section.version}
    page = client.post(address, data).content.decode()
    assert ("Viktig ny text" in page, "Öppna dem för ändring först" in page) == (True, True)
    assert client.get(address).status_code == 302


def test_a_heading_or_text_that_was_not_touched_never_puts_back_what_a_colleague_changed(
    client: Client,
) -> None:
    officer, colleague = factories.user(), factories.user()
    section = written(held_meeting(), officer).sections.all()[0]
    seen = {"heading": section.heading, "html": section.html, "seen_version": section.version}
    saved = {**seen, "heading": "Deras rubrik"}
    actions.save_section(section, **saved, by=colleague)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("staff:section_change", args=[section.pk])
    conflict = client.post(address, {**seen, "html": "<p>Min text</p>"})
    form = conflict.context["form"]
    assert (conflict.status_code, form.initial["heading"], form.initial["html"]) == (
        409, "Deras rubrik", "<p>Min text</p>",
    )  # fmt: skip
