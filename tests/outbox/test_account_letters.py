"""Letters about accounts: nobody reads them, keeps them from leaving or sends them elsewhere; all leaves a trace."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.letters import account_notice_letter, password_reset_letter
from dialog_portal.access.models import Role
from dialog_portal.base.audit import Event
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.content import content_for_staff, read_content
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.hold import hold, release
from dialog_portal.outbox.queue.send_again import correct_address, try_now
from dialog_portal.outbox.queue.stop import mark_as_informed, stop
from dialog_portal.outbox.queue.sweep import fail_overdue
from dialog_portal.outbox.smtp.answers import readable
from tests import factories
from tests.house.test_imports import sources
from tests.outbox.letters import later, letter, take
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db
KEY = "1-d3k9zq-0123456789abcdef0123456789abcdef"
LINK = f"https://dialog.example/konto/losenord/nytt/{KEY}/"


def way_in() -> Letter:
    """The letter with the link to a colleague's new password."""
    return password_reset_letter(factories.user(Role.APPROVER), LINK)


def warning() -> Letter:
    return account_notice_letter(factories.user(Role.APPROVER), "Lösenordet till ditt konto har bytts.")


def administrator() -> Client:
    client = Client()
    client.force_login(factories.user(Role.ADMINISTRATOR))
    return client


@pytest.mark.parametrize("campaign", ["", "konto"])
def test_a_hold_does_not_reach_a_letter_about_an_account(campaign: str):
    guests, account = letter(campaign="konto"), way_in()
    hold(campaign, by=None, reason="återställd kopia")
    assert [claim.letter for claim in take()] == [account.pk]
    assert Letter.objects.due(timezone.now()).filter(pk=guests.pk).count() == 0


def test_a_letter_about_an_account_fails_in_time_also_while_others_are_held():
    account = warning()
    Letter.objects.filter(pk=account.pk).update(
        useful_until=timezone.now() + 9 * (account.deadline - account.created)
    )
    hold("", by=None, reason="återställd kopia")
    with later(days=4):
        assert fail_overdue(timezone.now()) == 1


def test_a_stop_leaves_letters_about_accounts_alone():
    guests, account = letter(), warning()
    before = account.useful_until
    assert stop(Letter.objects.all(), by=None, reason="Prov", final=True) == 1
    states = dict(Letter.objects.values_list("pk", "state"))
    assert states == {guests.pk: State.STOPPED, account.pk: State.QUEUED}
    assert Letter.objects.get(pk=account.pk).useful_until == before


@pytest.mark.parametrize(
    "act",
    [
        lambda row: mark_as_informed(row, "ringde", by=None),
        lambda row: correct_address(row, "min.egen@region.example", by=None),
    ],
)
def test_a_letter_about_an_account_is_not_replaced_or_readdressed(act: Callable[[Letter], Any]):
    account, guests = way_in(), letter()
    with pytest.raises(NotAllowed, match="Brev om konton kan inte"):
        act(account)
    act(guests)
    assert Letter.objects.get(pk=account.pk).state == State.QUEUED


@pytest.mark.parametrize("role", Role.values)
def test_nobody_reads_a_letter_about_an_account_whatever_becomes_of_it(role: str):
    account, client = way_in(), Client()
    content = read_content(account)
    assert content is not None
    assert KEY in content.text  # what the owner gets
    client.force_login(factories.user(role))
    body = reverse("staff:letter_body", args=[account.pk])
    places = [reverse("staff:letter", args=[account.pk]), body, f"{body}1/", reverse("staff:outbox")]
    for state in ("queued", "retrying", "failed", "stopped", "accepted"):
        Letter.objects.update(state=state, accepted_at=timezone.now())
        answers = [client.get(place) for place in places]
        assert [KEY in answer.content.decode() for answer in answers] == [False] * 4
        assert answers[1].status_code in {403, 404}
    assert content_for_staff(account) is None


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("letter_stop", {}),
        ("letter_told", {"how": "ringde"}),
        ("letter_correct", {"address": "min.egen@region.example"}),
    ],
)
def test_an_administrators_buttons_do_not_reach_it_and_say_so(name: str, body: dict[str, str]):
    account, client = warning(), administrator()
    answer = client.post(reverse(f"staff:{name}", args=[account.pk]), body, follow=True)
    assert "Brev om konton kan inte" in answer.content.decode()
    row = Letter.objects.get()
    assert (row.state, row.address, row.steps.count()) == (State.QUEUED, account.address, 0)


def test_the_page_says_why_and_offers_what_is_possible():
    account, client = way_in(), administrator()
    hold("", by=None, reason="återställd kopia")
    page = without_breaks(client.get(reverse("staff:letter", args=[account.pk])).content)
    assert "Brev om konton kan inte läsas här." in page
    assert [
        word in page for word in ("Stoppa", "Rätta adressen", "Meddelad på annat sätt", "hålls kvar.")
    ] == [False] * 4
    Letter.objects.update(state=State.FAILED)
    page = without_breaks(client.get(reverse("staff:letter", args=[account.pk])).content)
    assert ("Försök nu" in page, "Bjud in personen igen" in page, "Meddelad på annat sätt" in page) == (
        True,
    ) * 3
    mark_as_informed(Letter.objects.get(), "ringde", by=factories.user(Role.ADMINISTRATOR))
    assert Letter.objects.needs_a_person().count() == 0


@pytest.mark.once
def test_the_pages_of_staff_read_letters_in_one_way_only():
    pages = {name: text for name, text in sources().items() if ".views" in name or ".pages" in name}
    assert len(pages) > 20
    assert [
        name for name, text in pages.items() if re.search(r"\b(read_content|decrypt_letter)\b", text)
    ] == []


def test_a_letter_about_an_account_that_failed_can_be_tried_again():
    account = way_in()
    Letter.objects.update(state=State.FAILED)
    assert try_now(account, by=factories.user(Role.ADMINISTRATOR)).state == State.RETRYING


def test_a_server_that_quotes_the_link_does_not_tell_it_to_staff():
    said = readable(f"550 5.7.1 Message contains a listed URL {LINK} see https://filter.example/why?id=12")
    assert said == (
        "550 5.7.1 Message contains a listed URL https://dialog.example/konto/losenord/nytt/…/ "
        "see https://filter.example/why?id=12"
    )


# --- Every hold and stop is logged with the letter --------------------------------------------------------------------


def events() -> list[tuple[str, str, Any]]:
    return [(row.what, row.thing, row.detail.get("letters")) for row in Event.objects.order_by("pk")]


def test_a_hold_and_its_end_stand_in_the_log_and_in_the_history_of_each_letter():
    by, before = factories.user(), letter()
    way_in()
    hold("meeting:1", by=by, reason="fel bilaga")
    meanwhile = letter()
    other = letter(campaign="meeting:2")
    release("meeting:1", by=by)
    assert events() == [
        ("utkorg: höll brev", "meeting:1", [before.pk]),
        ("utkorg: släppte brev", "meeting:1", [before.pk, meanwhile.pk]),
    ]
    history = {
        row.pk: [(step.reason, step.by) for step in row.steps.all()] for row in (before, meanwhile, other)
    }
    assert history == {
        before.pk: [("Hålls kvar: fel bilaga", by), ("Släpptes", by)],
        meanwhile.pk: [("Släpptes", by)],
        other.pk: [],
    }


def test_every_stop_stands_in_the_log_with_its_letters():
    by, rows = factories.user(), [letter() for _ in range(3)]
    stop(Letter.objects.filter(pk=rows[0].pk), by=by, reason="Stoppat i utkorgen")
    stop(Letter.objects.all(), by=by, reason="Mötet ställdes in.")
    stop(Letter.objects.all(), by=by, reason="Ingen kvar.")
    late = letter()
    mark_as_informed(late, "ringde", by=by)
    assert events() == [
        ("utkorg: stoppade brev", f"letter {rows[0].pk}", [rows[0].pk]),
        ("utkorg: stoppade brev", "letters", [rows[1].pk, rows[2].pk]),
        ("utkorg: stoppade brev", f"letter {late.pk}", [late.pk]),
    ]
