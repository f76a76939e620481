"""Letters that anybody may ask for: each is written once, and one that cannot be holds nobody up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dialog_portal.outbox.models import Wanted
from dialog_portal.outbox.requested_letters import request_letter, write_requested_letters
from tests.outbox.queue.test_wake_up import settle

pytestmark = pytest.mark.django_db


def addresses(purpose: str = "links") -> list[str]:
    return list(Wanted.objects.filter(purpose=purpose).values_list("address", flat=True))


def test_each_is_written_once_and_only_to_whom_it_belongs():
    written: list[str] = []
    request_letter("links", "anna@kommun.example", task="x")
    request_letter("other", "bo@kommun.example", task="y")
    write_requested_letters("links", written.append)
    write_requested_letters("links", written.append)
    assert (written, addresses(), addresses("other")) == (["anna@kommun.example"], [], ["bo@kommun.example"])


def test_what_could_not_be_written_stays_and_holds_nobody_up():
    written: list[str] = []

    def write(address: str) -> None:
        if address.startswith("trouble"):
            raise OSError(address)
        written.append(address)

    for address in ("early@kommun.example", "trouble@kommun.example", "late@kommun.example"):
        request_letter("links", address, task="x")
    with pytest.raises(OSError, match="trouble"):
        write_requested_letters("links", write)
    assert (written, addresses()) == (
        ["late@kommun.example", "early@kommun.example"],
        ["trouble@kommun.example"],
    )


def test_the_first_trouble_of_several_is_the_one_that_is_told():
    def write(address: str) -> None:
        raise OSError(address)

    for address in ("first@kommun.example", "last@kommun.example"):
        request_letter("links", address, task="x")
    with pytest.raises(OSError, match="last"):
        write_requested_letters("links", write)
    assert len(addresses()) == 2


def test_an_address_that_no_row_can_hold_is_not_stored():
    for length in (254, 255):
        request_letter("links", "@kommun.example".rjust(length, "a"), task="x")
    assert [len(address) for address in addresses()] == [254]


def test_nobody_is_written_to_days_later():
    request_letter("links", "anna@kommun.example", task="x")
    Wanted.objects.update(at=timezone.now() - timedelta(days=1, minutes=1))
    write_requested_letters("links", pytest.fail)
    assert addresses() == []


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_when_the_wish_is_stored(quiet):
    request_letter("links", "anna@kommun.example", task="meetings.send_links")
    settle()
    assert quiet == ["meetings.send_links"]
