"""What the database itself refuses."""

import pytest
from django.db import IntegrityError, transaction

from dialog_portal.outbox.models import Attempt, Letter
from tests.outbox.letters import letter


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "delivered"},
        {"state": "accepted"},
        {"state": "accepted", "raw": None},
        {"state": "sending"},
        {"raw": None},
        {"state": "retrying", "raw": None},
        {"key": "taken"},
        {"message_id": "taken"},
    ],
)
def test_row_that_could_lose_a_letter_is_refused(db, wrong):
    other, row = letter(key="taken"), letter()
    if wrong.get("message_id"):
        wrong = {"message_id": other.message_id}
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=row.pk).update(**wrong)


def test_one_attempt_for_each_claim(db):
    row = letter()
    Attempt.objects.create(letter=row, fence=1, worker="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(letter=row, fence=1, worker="b")
