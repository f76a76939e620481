"""The guests' door: one answer to every broken link, limits on failures only, no cookie, and its own strict headers."""

import hashlib
import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as Unreachable

from dialog_portal.links import guest_view, human_press, rate_limits
from dialog_portal.links.actions import renew_link, revoke_link, token_for
from dialog_portal.links.mailed_links import without_signs_behind
from dialog_portal.links.models import Link
from tests import factories
from tests.access.world import addresses
from tests.links.test_tokens import mangled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} Mobile/15E148"
# The pages that a link leads to
LINK_PAGES = [one.name for one in addresses() if one.name.startswith("guest:") and one.places]
EDGE = f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"


@pytest.fixture
def guest():
    return factories.invitee(factories.invitation(factories.meeting()))


def page_of(text: str, client: Client | None = None):
    return (client or Client()).get(f"/svar/{text}/")


def broken(guest) -> dict[str, str]:
    """A link of each kind that does not work."""
    others = [factories.invitee(factories.invitation(factories.meeting())) for _ in range(4)]
    revoked, expired, renewed, withdrawn = others
    before = token_for(renewed.link)
    revoke_link(revoked.link)
    renew_link(renewed.link)
    Link.objects.filter(pk=expired.link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    withdrawn.withdrawn_at = timezone.now()
    withdrawn.save()
    return {
        "mangled": token_for(guest.link)[:-1],
        "unknown": "A" * 42,
        "revoked": token_for(revoked.link),
        "expired": token_for(expired.link),
        "renewed": before,
        "withdrawn": token_for(withdrawn.link),
        "other purpose": token_for(factories.link(purpose="synpunkter")),
    }


def test_every_broken_link_gets_the_same_answer(guest):
    answers = [page_of(text) for text in broken(guest).values()]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def test_the_answer_says_what_to_do_and_nothing_of_the_request(guest):
    text = page_of("A" * 42).content.decode()
    assert reverse("guest:send_again") in text
    assert "Be om en ny länk" in text
    assert "AAAA" not in text


@pytest.mark.fault
def test_mangled_links_have_one_body(guest, seed, size, figure, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAX_FAILURES_PER_MINUTE", 10**9)
    chance, client, text = random.Random(seed), Client(), token_for(guest.link)
    other = token_for(factories.link())
    tried = {mangled(text, other, chance) for _ in range(size(150, 3_000))} - {text}
    safe = [one for one in tried if one and not set(one) & set("/?#%\n\r\u2028\0 ")]
    safe = [one for one in safe if without_signs_behind(f"/svar/{one}") != f"/svar/{text}/"]
    bodies = {hashlib.sha256(page_of(one, client).content).hexdigest() for one in safe}
    figure(f"{len(safe)} mangled links, bodies that differ from the first", len(bodies) - 1)
    assert len(safe) > 50
    assert len(bodies) == 1


@pytest.mark.parametrize("name", LINK_PAGES)
def test_every_page_of_a_link_answers_a_broken_one_alike(name, client):
    assert client.get(reverse(name, args=["A" * 42])).content == page_of("A" * 42).content


def test_a_broken_link_in_a_form_gets_the_same_answer(client):
    assert client.post("/svar/", {"lank": "A" * 42, "svar": "ja"}).content == page_of("A" * 42).content
    assert client.get("/svar/").status_code == 404


def test_headers_are_strict_on_every_page(guest, client):
    text = token_for(guest.link)
    for address in (*LINK_PAGES, "guest:send_again", "guest:answer", "guest:coordinate"):
        place = [text] if address in LINK_PAGES else []
        headers = client.get(reverse(address, args=place)).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Content-Security-Policy"] == guest_view.GUEST_CSP
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def unanswered(guest) -> dict[str, Any]:
    """What no view of the door answers: an address without its last slash, a form that cannot be read."""
    many = "&a=" * 3000
    kind = "application/x-www-form-urlencoded"
    return {
        "no slash": Client().get(f"/svar/{token_for(guest.link)}"),
        "no slash further in": Client().head(f"/svar/{token_for(guest.link)}/kollega"),
        "too many fields": Client().post("/svar/", f"lank={token_for(guest.link)}{many}", content_type=kind),
        "another alphabet": Client().generic("POST", "/svar/", b"lank=x", f"{kind}; charset=zip"),
        "no such page": Client().get(f"/svar/{token_for(guest.link)}/finns/inte/"),
        "account": Client().get("/konto/inbjudan/MQ-hemlig"),
        "password": Client().get("/konto/losenord/nytt/1-hemlig"),
    }


def test_headers_are_strict_also_where_no_view_answers(guest):
    for why, answer in unanswered(guest).items():
        assert answer.status_code in (301, 400, 404), why
        assert {
            name: answer.headers.get(name) for name in guest_view.GUEST_HEADERS
        } == guest_view.GUEST_HEADERS, why


def test_control_without_its_guard_the_redirect_may_be_kept_and_passed_on(guest, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "secret_page_headers" not in name]
    answer = unanswered(guest)["no slash"]
    assert (answer.status_code, answer.headers.get("Cache-Control")) == (301, None)
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_pages_about_accounts_keep_their_scripts(client):
    assert "script-src 'self'" in client.get("/konto/logga-in/").headers["Content-Security-Policy"]


def test_no_cookie_is_set_whatever_cookie_comes(guest):
    client = Client()
    client.cookies["session"] = "a-session-that-does-not-exist"
    text = token_for(guest.link)
    answers = [
        page_of(text, client),
        page_of("A" * 42, client),
        client.get("/svar/ny-lank/"),
        client.post("/svar/", {"lank": text, "svar": "ja"}),
        client.post("/svar/", {"lank": text}),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 200, 303, 422]
    assert [answer.headers.get("Set-Cookie") for answer in answers] == [None] * 5
    assert [len(answer.cookies) for answer in answers] == [0] * 5


def test_failures_are_limited_and_success_never_is(guest, client):
    codes = [page_of("A" * 42, client).status_code for _ in range(25)]
    assert codes == [404] * 20 + [429] * 5
    assert page_of(token_for(guest.link), client).status_code == 200
    assert client.post("/svar/", {"lank": token_for(guest.link), "svar": "ja"}).status_code == 303


def ask_again(client: Client, number: int):
    return client.post("/svar/ny-lank/", {"email": f"gast{number}@kommun.example"})


def test_a_whole_municipality_may_ask_for_its_links_again_and_meets_no_other_answer_at_the_door(client):
    """26 invitations reach a house that shares one address: everybody asks, also with a slip of the hand."""
    assert {ask_again(client, number).status_code for number in range(60)} == {303}
    assert client.post("/svar/ny-lank/", {"email": "ingen adress"}).status_code == 422
    assert page_of("A" * 42, client).status_code == 404


def test_asking_without_end_is_stopped_and_a_link_still_gets_its_own_answer(guest, client, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAX_REQUESTS_PER_MINUTE", 5)
    assert [ask_again(client, number).status_code for number in range(7)] == [303] * 5 + [429] * 2
    assert page_of("A" * 42, client).status_code == 404
    assert page_of(token_for(guest.link), client).status_code == 200


def test_broken_links_do_not_keep_anybody_from_asking_for_a_whole_one(client):
    assert [page_of("A" * 42, client).status_code for _ in range(21)][-1] == 429
    assert ask_again(client, 1).status_code == 303


def test_control_when_asking_counts_as_a_failure_a_broken_link_is_told_by_its_answer(client, monkeypatch):
    monkeypatch.setattr(
        "meetings.invitations.views.resend_link.exceeds_request_limit", rate_limits.exceeds_failure_limit
    )
    assert {ask_again(client, number).status_code for number in range(20)} == {303}
    assert page_of("A" * 42, client).status_code == 429


def test_control_without_counting_nobody_is_limited(client, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAX_FAILURES_PER_MINUTE", 10**9)
    assert {page_of("A" * 42, client).status_code for _ in range(25)} == {404}


def test_many_working_links_from_one_address_are_never_limited(guest, client):
    assert {page_of(token_for(guest.link), client).status_code for _ in range(40)} == {200}


def test_another_address_is_not_met_by_the_limit(client):
    for _ in range(21):
        page_of("A" * 42, client)
    assert client.get(f"/svar/{'A' * 42}/", REMOTE_ADDR="192.0.2.9").status_code == 404


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("no address", "unknown"),
    ],
)
def test_an_ipv6_network_counts_as_one(address, expected):
    assert rate_limits.client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == expected


def test_a_forged_forwarding_header_does_not_escape_the_limit(settings):
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="203.0.113.1, 198.51.100.2"
    )
    assert rate_limits.client_address(request) == "192.0.2.7"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert rate_limits.client_address(request) == "198.51.100.2"


def test_without_its_cache_the_door_still_answers(monkeypatch, client):
    def unreachable(*_args, **_kwargs):
        raise Unreachable

    monkeypatch.setattr(cache, "add", unreachable)
    assert {page_of("A" * 42, client).status_code for _ in range(25)} == {404}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 303),
        ({"Origin": "null"}, 303),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1"}, 303),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-User": "?1"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-User": "?1"}, 403),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1"}, 403),
    ],
)
def test_a_form_from_another_site_is_refused(guest, headers, expected):
    answer = Client(enforce_csrf_checks=True).post(
        "/svar/", {"lank": token_for(guest.link), "svar": "ja"}, headers=headers
    )
    assert answer.status_code == expected
    assert guest.replies.count() == (1 if expected == 303 else 0)


@pytest.mark.parametrize(
    ("headers", "person"),
    [
        ({}, True),  # an old browser sends none of them
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1", "User-Agent": EDGE}, True),
        ({"Sec-Fetch-Site": "same-origin", "User-Agent": EDGE}, False),
        ({"Sec-Fetch-Mode": "navigate"}, False),
        ({"Sec-Fetch-Site": "same-origin", "User-Agent": IPHONE}, True),  # Safari never sends Sec-Fetch-User
        ({"Sec-Fetch-Site": "same-origin", "User-Agent": IPHONE, "Sec-CH-UA": '"Chromium"'}, False),
    ],
)
def test_a_press_by_a_person_is_told_from_a_script(headers, person):
    assert human_press.is_pressed_by_person(RequestFactory().post("/svar/", headers=headers)) is person
