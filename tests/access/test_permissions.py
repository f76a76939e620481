"""Every address of the portal x every role x GET and POST x own and somebody else's object."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from dialog_portal.access import permissions
from dialog_portal.access.models import Role, User
from dialog_portal.access.permissions import PERMISSIONS, rule_for
from tests import factories
from tests.access.second_opinion import LETTERS, OPINION, opinion
from tests.access.world import OneOfEach, addresses, missing_objects, url, with_second_factor

ALL = list(addresses())
# Where an empty form is no form
BODIES = {"staff:agenda_step": {"to": "draft"}, "staff:item_move": {"to": "up"}}
PERSONAL_LINK = re.compile(rb"/(svar|konto/inbjudan|konto/losenord/nytt)/[A-Za-z0-9_-]{42}")
# Rows of the table for pages that are still being written; empty when everything is in place
AWAITED: set[str] = set()


def outcome(response: HttpResponse) -> str:
    """The class of an answer: let in, sent to sign in, sent to the second factor, refused, or not there."""
    if response.status_code == 302:
        where = response["Location"]
        if where.startswith(reverse("account_login")):
            return "sign in"
        return "second factor" if where.startswith(reverse("mfa_reauthenticate")) else "in"
    return {403: "refused", 404: "absent"}.get(response.status_code, "in")


def expected(name: str, role: str | None, method: str) -> set[str]:
    """What the second opinion says should happen."""
    who = opinion(name)
    assert who is not None, f"nobody has said who may use {name}"
    sees, acts = who
    if sees == "alla":
        # A page for somebody halfway through signing in sends others to begin
        return {"in", "absent", "sign in"}
    if role is None:
        return {"sign in"}
    if LETTERS[Role(role)] not in (sees if method == "get" else acts):
        return {"absent"} if method == "get" and not sees else {"refused"}
    if name.startswith("admin:"):
        return {"second factor"}
    # an administrator's outbox holds no letters to guests, and an officer's none about accounts
    return {"in", "absent"} if role == Role.ADMINISTRATOR and name.startswith("staff:letter") else {"in"}


def cookies_of(user: User | None) -> dict[str, str]:
    client = Client()
    if user:
        client.force_login(user)
    return {name: cookie.value for name, cookie in client.cookies.items()}


def ask(cookies: dict[str, str], name: str, method: str, where: str) -> str:
    """The outcome of one request, with whatever it wrote undone."""
    client = Client()
    client.cookies.load(cookies)
    with transaction.atomic():
        response = getattr(client, method)(where, BODIES.get(name) if method == "post" else None)
        transaction.set_rollback(True)
    return "in, with a guest's link" if is_guests_door(name, response) else outcome(response)


def is_guests_door(name: str, response: HttpResponse) -> bool:
    """Whether a page for staff shows a personal link that works."""
    return name.startswith(("staff:", "admin:")) and bool(PERSONAL_LINK.search(response.getvalue()))


@pytest.mark.once_on_sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role.values])
def test_every_address_admits_whom_it_should(role: str | None):
    user = with_second_factor(factories.user(role)) if role else None
    worlds = {"others'": OneOfEach(factories.user()), **({"own": OneOfEach(user)} if user else {})}
    cookies, wrong = cookies_of(user), []
    for address, (whose, world), method in product(ALL, worlds.items(), ("get", "post")):
        came, should = (
            ask(cookies, address.name, method, url(address, world)),
            expected(address.name, role, method),
        )
        if came not in should:
            wrong.append(f"{method} {address}, {whose}: {came}, not {should}")
    assert wrong == []


def test_every_address_has_a_row_in_the_table():
    assert [str(one) for one in ALL if rule_for(one.name) is None] == []


def test_every_address_has_a_second_opinion():
    assert [str(one) for one in ALL if opinion(one.name) is None] == []


def test_every_address_has_objects_to_be_tried_with():
    assert [(str(one), missing_objects(one)) for one in ALL if missing_objects(one)] == []


def test_every_row_has_an_address_except_those_still_awaited():
    assert set(PERMISSIONS) - {one.name for one in ALL} == AWAITED


def test_no_name_has_two_opinions():
    names = [name for listed in OPINION.values() for name in listed.split()]
    assert len(names) == len(set(names))


def nothing(request: Any) -> HttpResponse:
    return HttpResponse("inne")


urlpatterns = [path("glomd/", nothing, name="forgotten")]


@pytest.mark.django_db
@pytest.mark.urls("tests.access.test_permissions")
def test_an_address_without_a_row_is_found_and_opens_to_nobody():
    planted = list(addresses())
    assert [one.name for one in planted if rule_for(one.name) is None] == ["forgotten"]
    client = Client()
    client.force_login(factories.user(Role.ADMINISTRATOR))
    assert client.get("/glomd/").status_code == 404


@pytest.mark.django_db
def test_a_wrong_row_is_seen(monkeypatch: pytest.MonkeyPatch):
    planted = replace(PERMISSIONS["staff:account_list"], see=permissions.EVERYONE)
    monkeypatch.setitem(PERMISSIONS, "staff:account_list", planted)
    came = ask(cookies_of(factories.user(Role.READER)), "", "get", reverse("staff:account_list"))
    assert (came, expected("staff:account_list", Role.READER, "get")) == ("in", {"refused"})
