"""Staff see letters as their readers do, but the personal links in them are dead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from dialog_portal.access import middleware
from dialog_portal.access.actions import invite_staff
from dialog_portal.access.letters import invitation_address
from dialog_portal.access.models import Role
from dialog_portal.access.permissions import PERMISSIONS, sees
from dialog_portal.environment import mail_settings
from dialog_portal.links.actions import token_for
from dialog_portal.links.dead_links import without_working_links
from dialog_portal.outbox.models import Letter
from meetings.mailings.letters.reply_link import reply_url
from meetings.models import Meeting
from tests import factories
from tests.outbox.letters import letter
from tests.pages import without_breaks

KEY = "Ab-_" * 10 + "xy"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Svara: https://d.example/svar/{KEY}/?svar=ja", "Svara: https://d.example/svar/…/?svar=ja"),
        (
            f'<p><a class="button" href="https://d.example/svar/{KEY}/" rel="nofollow" style="color: red">Ja</a></p>',
            '<p><a role="link" aria-disabled="true" class="button" style="color: red">Ja</a></p>',
        ),
        (f"https://d.example/konto/inbjudan/{KEY}/", "https://d.example/konto/inbjudan/…/"),
        (f"/konto/losenord/nytt/1-{KEY[:33]}/", "/konto/losenord/nytt/…/"),
        (f'<td data-why="550 /svar/{KEY}">', '<td data-why="550 /svar/…">'),
        ('<a href="/svar/lank/">Ny länk</a>', '<a href="/svar/lank/">Ny länk</a>'),
        (
            f'<a href="https://d.example/moten/2019/{KEY}/">M</a>',
            f'<a href="https://d.example/moten/2019/{KEY}/">M</a>',
        ),
    ],
)
@pytest.mark.once
def test_a_personal_link_becomes_dead_and_others_stay(said: str, shown: str):
    assert without_working_links(said) == shown


def careless(request: object) -> HttpResponse:
    """A page that somebody wrote without a thought of links."""
    return HttpResponse(f"<p>/svar/{KEY}/</p>")


urlpatterns = [path("slarvig/", careless, name="careless")]


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(factories.user())
    return client


@pytest.mark.urls("tests.links.test_dead_links")
@pytest.mark.parametrize(("guarded", "shown"), [(True, "<p>/svar/…/</p>"), (False, f"<p>/svar/{KEY}/</p>")])
def test_no_page_for_staff_shows_one_however_it_is_made(
    staff: Client, monkeypatch: pytest.MonkeyPatch, guarded: bool, shown: str
):
    """The second is the control: the guard off."""
    monkeypatch.setitem(PERMISSIONS, "careless", sees("se en slarvig sida"))
    if not guarded:
        monkeypatch.setattr(middleware, "remove_working_links", lambda response: None)
    assert staff.get("/slarvig/").content.decode() == shown


# --- Letters ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def meeting(db: None) -> Meeting:
    """A meeting with one person on its list, whom nobody has written to."""
    row = factories.meeting()
    factories.invitee(factories.invitation(row), name="Åsa Öhrn")
    return Meeting.objects.get(pk=row.pk)


def pages_with_the_letter(meeting: Meeting) -> Iterator[str]:
    """Every page on which staff read a letter to somebody: before it is sent, and after."""
    asa = meeting.invitees.get()
    yield reverse("staff:letters_preview", args=[meeting.pk, "invitation"])
    yield reverse("staff:letters_preview_body", args=[meeting.pk, "invitation", asa.pk])
    link = reply_url(asa)
    row = letter(
        campaign=meeting.campaign, text=f"Svara här: {link}", html=f'<p><a href="{link}?svar=ja">Ja</a></p>'
    )
    Letter.objects.update(state="failed", last_text=f"550 5.7.1 listed: {link}")
    row.attempts.create(fence=1, worker="prov", outcome="policy", text=f"550 5.7.1 listed: {link}")
    for name in ("staff:letter", "staff:letter_body"):
        yield reverse(name, args=[row.pk])
    yield reverse("staff:outbox")


@pytest.mark.parametrize("guarded", [True, False])
def test_letters_are_shown_to_staff_with_dead_links(
    staff: Client, meeting: Meeting, monkeypatch: pytest.MonkeyPatch, guarded: bool
):
    """The second is the control: the guard off."""
    if not guarded:
        monkeypatch.setattr(middleware, "remove_working_links", lambda response: None)
    token = token_for(meeting.invitees.get().link)
    pages = {where: staff.get(where).content.decode() for where in pages_with_the_letter(meeting)}
    assert [token in page for page in pages.values()] == [not guarded] * 5
    assert ["/svar/…" in page or "aria-disabled" in page for page in pages.values()] == [guarded] * 5


def test_where_letters_stay_the_working_link_stands_apart(staff: Client, meeting: Meeting):
    asa = meeting.invitees.get()
    row = letter(name="Åsa Öhrn", text=f"Ja: {reply_url(asa, 'ja')}\nSidan: {reply_url(asa)}\n")
    page = without_breaks(staff.get(reverse("staff:letter", args=[row.pk])).content)
    assert "Öppna brevets länk som Åsa Öhrn" in page
    opened = staff.get(reverse("staff:letter_open", args=[row.pk, 1]))
    assert opened["Location"] == f"/svar/{token_for(asa.link)}/"
    assert [staff.get(f"/arbete/utkorg/{row.pk}/oppna/{number}/").status_code for number in (0, 2)] == [
        404
    ] * 2


def test_where_letters_leave_there_is_no_working_link(staff: Client, meeting: Meeting, settings):
    settings.MAIL = mail_settings("smtp://mx.example")
    row = letter(text=f"Sidan: {reply_url(meeting.invitees.get())}\n")
    assert "Prova som mottagaren" not in staff.get(reverse("staff:letter", args=[row.pk])).content.decode()
    assert staff.get(reverse("staff:letter_open", args=[row.pk, 1])).status_code == 404


@pytest.mark.parametrize(("url", "offered"), [("", True), ("smtp://mx.example", False)])
def test_an_invitation_to_an_account_is_opened_only_where_letters_stay(
    db: None, settings, url: str, offered: bool
):
    boss, client = factories.user(Role.ADMINISTRATOR), Client()
    client.force_login(boss)
    invitation = invite_staff(name="Åsa Ek", email="asa.ek@region.example", role=Role.APPROVER, by=boss)
    settings.MAIL = mail_settings(url)
    where = reverse("staff:account_invitation_open", args=[invitation.pk])
    page = client.get(reverse("staff:account_list")).content.decode()
    opened = client.get(where)
    assert (where in page, token_for(invitation.link) in page) == (offered, False)
    assert opened.get("Location", "") == (invitation_address(invitation) if offered else "")


def test_a_letter_about_an_account_has_no_working_link_anywhere(db: None):
    boss, client = factories.user(Role.ADMINISTRATOR), Client()
    client.force_login(boss)
    invite_staff(name="Åsa Ek", email="asa.ek@region.example", role=Role.APPROVER, by=boss)
    assert client.get(reverse("staff:letter_open", args=[Letter.objects.get().pk, 1])).status_code == 404
