"""Letters that wait for a person are not late, and get new time when they are released."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from dialog_portal.outbox.models import Host, Letter, State
from dialog_portal.outbox.queue.hold import hold, release, resume
from dialog_portal.outbox.queue.sweep import fail_overdue
from tests import factories
from tests.outbox.letters import later, letter, only, take, wait_for_a_waiter, with_own_connection

pytestmark = pytest.mark.usefixtures("no_limit")


def test_held_campaign_stays_and_an_empty_hold_holds_all():
    letter(campaign="meeting:1")
    letter(campaign="meeting:2")
    hold("meeting:1", by=None, reason="fel bilaga")
    assert len(take(most=1)) == 1
    hold("", by=None, reason="återställd säkerhetskopia")
    Letter.objects.update(state=State.QUEUED)
    assert take() == []
    release("", by=None)
    release("meeting:1", by=None)
    assert len(take()) == 2


@pytest.mark.parametrize("campaign", ["", "meeting:1"])
def test_held_letters_are_not_given_up_and_get_new_time_when_released(campaign):
    by = factories.user()
    letter()
    hold(campaign, by=by, reason="återställd kopia")
    with later(days=4):
        assert fail_overdue(timezone.now()) == 0
        release(campaign, by=by)
        assert fail_overdue(timezone.now()) == 0
        assert only().deadline == timezone.now() + timedelta(hours=72)
        assert len(take()) == 1


def test_held_letters_of_another_campaign_are_given_up_as_before():
    letter()
    hold("meeting:2", by=factories.user(), reason="x")
    with later(days=4):
        assert fail_overdue(timezone.now()) == 1


def test_held_letter_that_is_of_no_use_any_more_is_given_up():
    letter()
    hold("", by=factories.user(), reason="x")
    with later(days=11):
        assert fail_overdue(timezone.now()) == 1


def test_letters_behind_a_paused_server_are_not_given_up_and_get_new_time_when_it_is_resumed():
    letter()
    Host.objects.create(name="mx.example:25", paused_at=timezone.now(), trouble="535 nej")
    with later(days=4):
        assert fail_overdue(timezone.now()) == 0
        resume(by=factories.user())
        assert only().deadline == timezone.now() + timedelta(hours=72)
        assert len(take()) == 1


def test_release_never_shortens_the_time_of_a_letter_that_is_due_later():
    by = factories.user()
    row = letter(due_at=timezone.now() + timedelta(days=5))
    hold("", by=by, reason="x")
    release("", by=by)
    assert only().deadline == row.deadline


# --- Two at the same time --------------------------------------------------------------------------------------------


def letters_first() -> None:
    """The guard off: letters are locked before their host."""
    with transaction.atomic():
        Letter.objects.update(deadline=timezone.now())
        resume(by=None)


def is_letter_free_while(resumes: Callable[[], None]) -> bool:
    """Whether a worker that has the host gets the letter too, while somebody waits for the host to try it again."""
    row = letter()
    Letter.objects.update(deadline=timezone.now())
    Host.objects.create(name="mx.example:25", paused_at=timezone.now(), trouble="535 nej")
    with ThreadPoolExecutor(1) as staff:
        with transaction.atomic():
            Host.objects.select_for_update().get()
            waits = staff.submit(with_own_connection, resumes)
            wait_for_a_waiter()
            free = Letter.objects.select_for_update(skip_locked=True).filter(pk=row.pk).exists()
        waits.result(10)
    assert Host.objects.get().paused_at is None
    return free


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("resumes", "free"), [(partial(resume, by=None), True), (letters_first, False)])
def test_a_server_that_is_tried_again_locks_in_the_order_of_workers(vendor, resumes, free):
    """The second is the control: it has the letter that the worker wants, and wants the host that the worker has."""
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    assert is_letter_free_while(resumes) is free
