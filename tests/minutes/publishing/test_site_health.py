"""A bake that fails is shown to staff and to the probe, stops no other page, and is mended by the next run."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.outbox.health import record_pulse
from minutes.models import BakedPage, PublicChange
from minutes.publishing import actions, bake, refresh
from minutes.publishing.refresh import refresh_pages
from minutes.publishing.site_health import site_health
from tests import factories
from tests.minutes.acting import came, distributed, held_meeting
from tests.minutes.publishing.addresses import address
from tests.outbox.letters import later
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def probe() -> tuple[int, str]:
    for name in ("worker", "beat"):
        record_pulse(name)
    answer = Client().get("/halsa")
    return answer.status_code, answer.content.decode().splitlines()[-1]


def start_page() -> str:
    client = Client()
    client.force_login(factories.user())
    return without_breaks(client.get("/arbete/").content)


def test_full_disk_is_on_the_start_page_at_the_notes_and_in_the_probe_until_it_is_mended(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    refresh_pages()
    actions.publish(distributed(meeting), by=factories.user(Role.APPROVER))

    def full(path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(bake, "replace_file", full)
        for _ in range(2):
            with pytest.raises(OSError, match="No space"):
                refresh_pages()
    client.force_login(factories.user())
    notes = without_breaks(client.get(reverse("staff:minutes", args=[meeting.pk])).content)
    for page in (notes, start_page()):
        assert "Webbplatsen visar inte allt som gäller: sidorna kan inte skrivas sedan" in page
        assert "No space left on device" in page
    status, line = probe()
    assert (status, line.partition(" sedan")[0]) == (503, "webbplats: sidorna kan inte skrivas")
    assert "No space" not in line
    assert not bake.public_file(address("notes", meeting)).exists()
    refresh_pages()
    assert bake.public_file(address("notes", meeting)).exists()
    assert (probe(), "Webbplatsen visar inte" in start_page()) == ((200, "webbplats: aktuell"), False)


def test_a_page_that_cannot_be_rendered_stops_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken, sound = (factories.meeting(state="announced") for _ in range(2))
    real = refresh.render

    def render(place: str) -> bake.Rendered:
        if place == address("meeting", broken):
            raise RuntimeError("a template is broken")
        return real(place)

    with monkeypatch.context() as patch:
        patch.setattr(refresh, "render", render)
        for _ in range(2):
            with pytest.raises(ExceptionGroup):
                refresh_pages()
    assert bake.public_file(address("meeting", sound)).exists()
    assert (BakedPage.objects.failed().count(), PublicChange.objects.count()) == (1, 0)
    assert f"1 sida kan inte visas ({address('meeting', broken)})" in start_page()
    assert probe() == (503, "webbplats: 1 sida kan inte visas")
    refresh_pages()
    assert (bake.public_file(address("meeting", broken)).exists(), site_health().ok) == (True, True)


def test_pages_that_no_worker_sees_to_are_told_of_after_five_minutes() -> None:
    refresh_pages()
    with later(minutes=4):
        assert probe()[0] == 200
    with later(minutes=6):
        status, line = probe()
        assert (status, "ingen arbetsprocess har sett till den sedan" in line) == (503, True)
        assert "ingen arbetsprocess har sett till den" in start_page()
