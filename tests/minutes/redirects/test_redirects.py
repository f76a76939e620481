"""Old addresses lead to their pages, by the portal and by the file that nginx reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from minutes.models import Redirect
from minutes.publishing.redirect_file import ADDRESS
from minutes.publishing.refresh import rebuild_pages, refresh_pages
from tests.meetings.acting import signed_in
from tests.pages import without_breaks

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def site(public_root: Path) -> Path:
    """A public site with its start page."""
    rebuild_pages()
    return public_root


def add(**values: str) -> tuple[Client, str]:
    client, _ = signed_in()
    form = {"old_path": "/dialogmoten-2019", "target": "/moten/", "page_stamp": "AKTNR 1-2", **values}
    return client, client.post(reverse("staff:redirect_add"), form).content.decode()


def test_an_old_address_leads_on_as_soon_as_it_is_saved(site: Path):
    add(old_path="https://kultur.example.org/dialogmoten-2019/?id=1")
    refresh_pages()
    visitor = Client()
    for path in ("/dialogmoten-2019", "/dialogmoten-2019/", "/Dialogmoten-2019"):
        answer = visitor.get(path)
        assert (answer.status_code, answer["Location"]) == (301, "/moten/")
    assert (
        site / ADDRESS.lstrip("/")
    ).read_text() == "/dialogmoten-2019 /moten/;\n/dialogmoten-2019/ /moten/;\n"
    assert (
        visitor.post("/dialogmoten-2019").status_code,
        visitor.get(f"/{ADDRESS.lstrip('/')}").status_code,
    ) == (
        404,
        404,
    )


def test_an_old_address_that_is_removed_is_not_found(site: Path):
    client, _ = add()
    refresh_pages()
    client.post(reverse("staff:redirect_remove", args=[Redirect.objects.get().pk]))
    refresh_pages()
    assert Client().get("/dialogmoten-2019").status_code == 404


def test_the_file_comes_back_with_all_pages(site: Path):
    Redirect.objects.create(old_path="/gammal", target="/moten/")
    (site / ADDRESS.lstrip("/")).unlink()
    rebuild_pages()
    assert "/gammal /moten/;" in (site / ADDRESS.lstrip("/")).read_text()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"old_path": "/a;} server {"}, "bokstäver, siffror"),
        ({"old_path": "/a b"}, "bokstäver, siffror"),
        ({"old_path": "/a%0a/b /moten/"}, "bokstäver, siffror"),
        ({"old_path": "/"}, "bokstäver, siffror"),
        ({"old_path": "/moten/"}, "finns redan en sida"),
        ({"old_path": "/Svar/abc"}, "finns redan en sida"),
        ({"old_path": "/arbete"}, "finns redan en sida"),
        ({"target": "/moten/1999/"}, "ingen sida"),
        ({"target": "https://annan.example/../../etc/passwd"}, "ingen sida"),
        ({"target": "/moten/index.html"}, "ingen sida"),
    ],
)
def test_what_would_lead_nowhere_or_astray_is_refused(site: Path, values: dict[str, str], sentence: str):
    _, page = add(**values)
    assert (sentence in page, Redirect.objects.count()) == (True, 0)


def test_an_old_address_stands_once_however_it_is_spelled(site: Path):
    add()
    _, page = add(old_path="/DIALOGMOTEN-2019/")
    assert ("finns redan i listan" in page, Redirect.objects.count()) == (True, 1)


def test_the_second_of_two_changes_is_told(site: Path):
    client, _ = add()
    row = Redirect.objects.get()
    url = reverse("staff:redirect_change", args=[row.pk])
    form = {"old_path": row.old_path, "target": "/", "page_stamp": "", "seen_version": "1"}
    assert client.post(url, form).status_code == 302
    assert ", medan du skrev." in without_breaks(client.post(url, {**form, "target": "/moten/"}).content)
