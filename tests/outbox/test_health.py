"""What staff see when letters cannot be trusted to leave."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dialog_portal.outbox import tasks
from dialog_portal.outbox.health import check_sums, outbox_health
from dialog_portal.outbox.models import Host, Letter, Pulse
from dialog_portal.outbox.tally import Tally
from tests.outbox.letters import letter


def test_everybody_heard_is_well(db, settings):
    settings.MAIL = {}
    tasks.sweep()
    tasks.beat()
    tasks.check_letters()
    assert outbox_health().ok


def test_silent_worker_is_said_within_five_minutes(db, settings):
    settings.MAIL = {}
    tasks.sweep()
    tasks.beat()
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        assert "ingen arbetsprocess" in outbox_health().banners[0]


def test_silent_beat_is_said(db):
    Pulse.objects.create(name="worker", at=timezone.now())
    Pulse.objects.create(name="beat", at=timezone.now() - timedelta(minutes=6))
    assert "Tidgivaren" in outbox_health().banners[0]


def test_paused_server_is_one_banner(db):
    Pulse.objects.bulk_create(Pulse(name=name, at=timezone.now()) for name in ("worker", "beat"))
    Host.objects.create(name="mx", paused_at=timezone.now(), trouble="535 5.7.8 nej")
    (banner,) = outbox_health().banners
    assert "535 5.7.8 nej" in banner


def test_letter_called_accepted_without_an_attempt_is_found(db):
    row = letter()
    assert check_sums() == 0
    Letter.objects.filter(pk=row.pk).update(state="accepted", accepted_at=timezone.now())
    assert check_sums() == 1
    assert outbox_health().difference == 1


@pytest.mark.parametrize(
    ("tally", "sentence"),
    [
        (Tally(), "Inga brev ännu."),
        (Tally(created=1, accepted=1), "1 brev: 1 lämnat."),
        (Tally(40, 36, 1, 1, 1, 1), "40 brev: 36 lämnade, 1 väntar, 1 misslyckat, 1 studsat, 1 stoppat."),
    ],
)
def test_sentence_adds_up(tally, sentence):
    assert (tally.sentence, tally.difference) == (sentence, 0)


def test_tally_of_a_campaign_counts_only_its_own(db):
    letter(campaign="meeting:1")
    letter(campaign="meeting:2")
    assert (Letter.objects.tally("meeting:1").created, Letter.objects.tally().created) == (1, 2)
