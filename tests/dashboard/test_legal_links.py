"""Short words about personal data and both links wherever somebody gives us something, and true words about cookies."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from dialog_portal.links.actions import token_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.models import Answer
from minutes.publishing.bake import not_found_page
from minutes.publishing.standard_texts import PERSONAL_DATA
from tests import factories
from tests.pages import without_breaks
from tests.world import World

pytestmark = [pytest.mark.once, pytest.mark.django_db]
SENTENCE = render_to_string("includes/legal_text.html").strip()


def links() -> list[str]:
    return [reverse("public:personal_data"), reverse("public:accessibility")]


def legal(page: str) -> tuple[bool, ...]:
    """Whether a page has the sentence and each of the links."""
    text = without_breaks(page)
    return (SENTENCE in text, *(link in text for link in links()))


def test_every_door_has_the_short_words_and_both_links():
    world = World()
    token, visitor = token_for(world.chief.link), Client()
    doors = (
        *(reverse(f"guest:{name}", args=[token]) for name in ("reply", "substitute", "colleague")),
        reverse("guest:send_again"),
        "/svar/fel/",
        reverse("public:report"),
        reverse("account_login"),
        reverse("account_reset_password"),
        "/finns-inte/",
    )
    pages = {door: visitor.get(door).content.decode() for door in doors}
    pages["404 of nginx"] = not_found_page().decode()
    assert {door: legal(page) for door, page in pages.items()} == dict.fromkeys(pages, (True, True, True))


def test_every_letter_has_them_too():
    World().invite(left=False)
    Client().post(reverse("public:report"), {"kind": "other", "message": "Hej"})
    for letter in Letter.objects.all():
        content = read_content(letter)
        assert content is not None
        for text in (content.text, content.html):
            assert legal(text.replace(settings.BASE_URL, "")) == (True, True, True)
    assert Letter.objects.count() == 2


def test_pages_without_sign_in_save_no_cookie_and_those_of_staff_only_the_ones_that_are_told_of():
    world = World().invite()
    visitor, staff, user = Client(), Client(), factories.user()
    token = token_for(world.chief.link)
    visitor.get(reverse("guest:reply", args=[token]))
    visitor.post(reverse("guest:answer"), {"token": token, "svar": Answer.YES})
    visitor.post(reverse("guest:send_again"), {"email": "ek@example.org"})
    visitor.post(reverse("public:report"), {"kind": "other", "message": "Hej"})
    visitor.get("/finns-inte/")
    assert dict(visitor.cookies) == {}
    staff.get(reverse("account_login"))
    staff.post(reverse("account_login"), {"login": user.email, "password": factories.PASSWORD})
    staff.get(reverse("staff:start"))
    staff.post(reverse("account_logout"))
    told = {settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME, settings.WRITER_COOKIE_NAME, "messages"}
    assert set(staff.cookies) <= told
    assert PERSONAL_DATA["cookies"].count("\n- ") == len(told)


def test_how_long_cookies_stay_is_what_the_text_says():
    assert (settings.CSRF_COOKIE_AGE // 86_400, settings.SESSION_COOKIE_AGE // 3600) == (364, 10)
    assert "i högst ett år" in PERSONAL_DATA["cookies"]
    assert "i högst tio timmar" in PERSONAL_DATA["cookies"]
