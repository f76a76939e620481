"""After a restore nothing leaves that may have left already, until a person has looked."""

import pytest
from django.core.management import CommandError, call_command

from dialog_portal.environment import mail_settings
from dialog_portal.outbox import tasks
from dialog_portal.outbox.health import outbox_health
from dialog_portal.outbox.models import Hold, Letter, State
from dialog_portal.outbox.queue.hold import release
from tests import factories
from tests.outbox.letters import letter

pytestmark = pytest.mark.django_db
REASON = "Databasen är återläst från säkerhetskopian"


@pytest.fixture
def restored(settings, mailbox):
    """What a backup has caught in mid-campaign: letters that wait, were tried, and were in a worker's hands."""
    settings.MAIL, settings.MAIL_PER_MINUTE = mail_settings(mailbox.url), 0
    for _ in range(4):
        letter()
    rows = list(Letter.objects.values_list("pk", flat=True))
    Letter.objects.filter(pk=rows[1]).update(state=State.RETRYING)
    begun = Letter.objects.get(pk=rows[2]).created
    Letter.objects.filter(pk=rows[2]).update(state=State.SENDING, lease_until=begun, worker="x/1/2:1:1:1")
    return mailbox


def wake_all() -> None:
    tasks.send_due_letters()
    tasks.sweep()
    tasks.check_letters()


def test_nothing_leaves_before_a_person_releases_it(restored):
    call_command("hold", reason=REASON + ".")
    letter()  # a reminder that falls due meanwhile
    wake_all()
    assert (len(restored.letters), Letter.objects.waiting().count()) == (0, 5)
    assert f"Alla brev hålls kvar: {REASON}." in outbox_health().banners
    release("", by=factories.user())
    wake_all()
    assert (len(restored.letters), Letter.objects.waiting().count()) == (5, 0)


def test_control_without_the_command_they_leave_once_more(restored):
    wake_all()
    assert len(restored.letters) == 4


def test_it_may_be_said_twice_and_needs_a_reason(restored, capsys):
    call_command("hold", reason=REASON)
    call_command("hold", reason="igen")
    assert Hold.objects.get().reason == REASON
    assert capsys.readouterr().out.count("4 wait") == 2
    for wrong in (" ", "x" * 201):
        with pytest.raises(CommandError, match="reason"):
            call_command("hold", reason=wrong)
