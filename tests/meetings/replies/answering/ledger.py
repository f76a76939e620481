"""What the tests of answers read of the ledger and of the letters about it."""

from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.models import Answer, Channel, Invitee
from tests import factories

YES, NO = Answer.YES, Answer.NO
LINK, PHONE = Channel.LINK, Channel.PHONE


def others(invitation, number):
    return [factories.invitee(invitation) for _ in range(number)]


def now(invitee):
    rows = Invitee.objects.with_answer().filter(pk=invitee.pk)
    return rows.values_list("current_answer", flat=True).get()  # type: ignore[misc]


def letters(invitee):
    return [(row.purpose, row.letter.subject) for row in invitee.letters.select_related("letter")]


def content(letter):
    found = read_content(letter)
    assert found is not None
    return found


def text(letter):
    return content(Letter.objects.get(pk=letter.pk)).text
