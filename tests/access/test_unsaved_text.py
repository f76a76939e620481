"""What a person typed is given back when the sign-in had ended, the page was too old, or the thing was gone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from dialog_portal.access import unsaved_text
from dialog_portal.access.models import Role, User
from dialog_portal.access.permissions import rule_for
from meetings.models import AgendaItem
from minutes.models import MinutesState, Section
from tests import factories
from tests.access.world import OneOfEach, addresses, url
from tests.meetings.acting import signed_in
from tests.page_forms import FormReader, PageForm
from tests.pages import without_breaks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]
LOGIN = "/konto/logga-in/"
TEXT = "Viktig ny text"
OWN_PAGE = {"origin": "http://testserver"}
OTHER_SITE = {"origin": "https://elak.example"}


def forms_with_text(client: Client, role: Role, world: OneOfEach) -> list[PageForm]:
    """Every form of staff that takes text, on any page that the role sees, once for each address that it is sent to."""
    found: dict[str, PageForm] = {}
    for address in addresses():
        rule = rule_for(address.name)
        if address.name.startswith("staff:") and rule and role in rule.see:
            path = url(address, world)
            page = client.get(path)
            if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
                found |= {
                    form.action: form for form in FormReader(page.content.decode(), path).forms if form.texts
                }
    return list(found.values())


def browser_of(user: User) -> Client:
    """A browser in which the person was signed in until now."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("staff:start"))
    Session.objects.all().delete()
    return client


def sign_in(client: Client, asked: Any, user: User) -> str:
    """Sign in where a refused form led, and return the page that comes then."""
    answer = client.post(asked["Location"], {"login": user.email, "password": factories.PASSWORD})
    return client.get(answer["Location"]).content.decode()


def section(**values: Any) -> Section:
    world = OneOfEach(factories.user())
    type(world.minutes).objects.update(state=MinutesState.DRAFT)
    return Section.objects.get(pk=world.section.pk)


def typed(row: Section, **values: Any) -> dict[str, Any]:
    return {"heading": row.heading, "html": f"<p>{TEXT}</p>", "seen_version": row.version, **values}


def filled_in(form: PageForm) -> dict[str, Any]:
    return {**form.values, **dict.fromkeys(form.texts, TEXT)}


def lost_when_signed_out(form: PageForm, cookies: dict[str, str], user: User) -> bool:
    gone = Client()
    gone.cookies[settings.WRITER_COOKIE_NAME] = cookies[settings.WRITER_COOKIE_NAME]
    asked = gone.post(form.action, filled_in(form))
    gone.force_login(
        user, backend="django.contrib.auth.backends.ModelBackend"
    )  # keeps the session, as the page does
    return TEXT not in gone.get(parse_qs(urlsplit(asked["Location"]).query)["next"][0]).content.decode()


def lost_with_old_token(form: PageForm, cookies: dict[str, str], user: User) -> bool:
    old = Client(enforce_csrf_checks=True)
    old.cookies.load(cookies)
    return TEXT not in old.post(form.action, filled_in(form), headers=OWN_PAGE, follow=True).content.decode()


@pytest.mark.once
@pytest.mark.parametrize(("role", "number"), [(Role.APPROVER, 25), (Role.ADMINISTRATOR, 3)])
def test_every_form_of_staff_is_given_back_and_has_a_page_for_it(role: Role, number: int):
    client, user = signed_in(role)
    forms = forms_with_text(client, role, OneOfEach(user))
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    lost = [
        f"{way.__name__}: {form.action}"
        for form in forms
        for way in (lost_when_signed_out, lost_with_old_token)
        if way(form, cookies, user)
    ]
    assert (lost, len(forms) >= number) == ([], True)


def test_the_text_of_a_section_stands_in_the_editor_after_signing_in_and_is_not_saved_by_that():
    row, user = section(), factories.user()
    browser = browser_of(user)
    asked = browser.post(reverse("staff:section_change", args=[row.pk]), typed(row))
    assert "Du var inte inloggad längre" in browser.get(asked["Location"]).content.decode()
    page = without_breaks(sign_in(browser, asked, user))
    assert ("&lt;p&gt;Viktig ny text&lt;/p&gt;</textarea>" in page, "inget är sparat än" in page) == (
        True,
        True,
    )
    assert Section.objects.get(pk=row.pk).version == row.version


def test_a_form_that_is_sent_again_is_no_longer_kept():
    row, user = section(), factories.user()
    browser = browser_of(user)
    address = reverse("staff:section_change", args=[row.pk])
    sign_in(browser, browser.post(address, typed(row)), user)
    assert len(browser.session[unsaved_text.SESSION_KEY]) == 1
    browser.post(address, typed(row))
    assert browser.session[unsaved_text.SESSION_KEY] == []
    assert TEXT in Section.objects.get(pk=row.pk).html


def test_what_one_person_typed_is_not_given_to_another():
    row, browser = section(), browser_of(factories.user())
    asked = browser.post(reverse("staff:section_change", args=[row.pk]), typed(row))
    assert TEXT not in sign_in(browser, asked, factories.user())


def test_in_an_unknown_browser_the_text_is_shown_and_nothing_is_kept():
    row, client = section(), Client()
    page = client.post(reverse("staff:section_change", args=[row.pk]), typed(row))
    assert (page.status_code, TEXT in page.content.decode(), Session.objects.count()) == (403, True, 0)
    forged = Client()
    forged.cookies[settings.WRITER_COOKIE_NAME] = "1:forged"
    assert forged.post(reverse("staff:section_change", args=[row.pk]), typed(row)).status_code == 403


def test_a_text_that_is_too_long_to_keep_is_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unsaved_text, "MAX_CHARACTERS", 20)
    row, browser = section(), browser_of(factories.user())
    page = browser.post(reverse("staff:section_change", args=[row.pk]), typed(row))
    assert (page.status_code, TEXT in page.content.decode()) == (403, True)


def test_the_last_few_forms_are_kept_each_once():
    user = factories.user()
    browser = browser_of(user)
    for number in (1, 2, 2, 3, 4, 5, 6, 7):
        browser.post(reverse("staff:party_change", args=[number]), {"name": TEXT})
    kept = [row[1] for row in browser.session[unsaved_text.SESSION_KEY]]
    assert kept == [reverse("staff:party_change", args=[number]) for number in (3, 4, 5, 6, 7)]


@pytest.mark.parametrize("name", ["account_change_password", "account_reauthenticate", "account_login"])
def test_passwords_are_neither_kept_nor_shown(name: str):
    browser, secret = browser_of(factories.user()), "en rad hemliga ord här"
    for client in (browser, Client(enforce_csrf_checks=True)):
        page = client.post(reverse(name), {"password": secret, "oldpassword": secret}, headers=OWN_PAGE)
        assert secret not in page.content.decode()
    assert unsaved_text.SESSION_KEY not in browser.session


def test_a_form_of_another_site_is_given_nothing():
    client, _ = signed_in()
    forged = Client(enforce_csrf_checks=True)
    forged.cookies.load({name: cookie.value for name, cookie in client.cookies.items()})
    page = forged.post(reverse("staff:party_add"), {"name": TEXT}, headers=OTHER_SITE)
    said = page.content.decode()
    assert (page.status_code, TEXT in said, "en av våra egna sidor" in said) == (403, False, True)
    assert unsaved_text.SESSION_KEY not in client.session


def test_without_any_cookie_the_page_says_so_and_shows_the_text():
    page = Client(enforce_csrf_checks=True).post(reverse("staff:party_add"), {"name": TEXT}, headers=OWN_PAGE)
    said = without_breaks(page.content)
    assert ("skickade inte med den kaka" in said, TEXT in said, 'href="/arbete/register/parter/ny/"' in said) == (
        True, True, True,
    )  # fmt: skip


def test_a_button_that_was_too_old_leads_back_to_its_page():
    client, _ = signed_in()
    old = Client(enforce_csrf_checks=True)
    old.cookies.load({name: cookie.value for name, cookie in client.cookies.items()})
    meeting = factories.meeting()
    page = old.post(
        reverse("staff:meeting_hold", args=[meeting.pk]),
        headers={"referer": f"http://testserver/arbete/moten/{meeting.pk}/", **OWN_PAGE},
    )
    assert f'href="/arbete/moten/{meeting.pk}/"' in page.content.decode()


def test_what_was_typed_about_a_thing_that_somebody_deleted_is_shown():
    client, _ = signed_in()
    item = factories.item(factories.meeting())
    AgendaItem.objects.all().delete()
    page = client.post(reverse("staff:item_change", args=[item.pk]), {"title": TEXT, "minutes": "20"})
    said = without_breaks(page.content)
    assert (page.status_code, f"<p>{TEXT}</p>" in said, "<p>20</p>" in said) == (404, True, False)


def test_what_was_typed_by_somebody_whose_role_was_changed_is_shown():
    client, user = signed_in()
    User.objects.filter(pk=user.pk).update(role=Role.READER)
    page = client.post(reverse("staff:party_add"), {"name": TEXT})
    assert (page.status_code, TEXT in page.content.decode()) == (403, True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("<p>Ett &amp; två</p><ul><li>tre</li></ul>", "Ett & två\ntre"),
        ("rad ett\r\nrad två ", "rad ett\r\nrad två"),
        ("a < b", "a < b"),
    ],
)
def test_a_text_is_shown_as_it_was_seen(value: str, text: str):
    assert unsaved_text.as_plain_text(value) == text
