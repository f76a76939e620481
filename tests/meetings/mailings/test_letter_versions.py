"""Which version of a meeting a letter speaks of stands in a column, filled once from the keys of 1.0.0."""

from __future__ import annotations

import pytest

from dialog_portal.outbox.models import Letter
from meetings.mailings.letters.recipients import with_outdated_time
from meetings.mailings.versions_from_keys import fill_versions, name_renewed_links
from meetings.models import Meeting, MeetingLetter, MeetingState, Purpose
from tests import factories
from tests.meetings.acting import letter

pytestmark = pytest.mark.django_db


def moved_meeting() -> Meeting:
    return factories.meeting(state=MeetingState.INVITED, letter_version=2)


def outdated(meeting: Meeting) -> set[int]:
    return set(with_outdated_time(meeting.invitees.active()).values_list("pk", flat=True))


def from_1_0_0(purpose: str, key: str) -> MeetingLetter:
    """A letter as the first version stored it."""
    invitee = factories.invitee(factories.invitation(moved_meeting()))
    row = letter(invitee, purpose)
    Letter.objects.filter(pk=row.pk).update(key=key)
    MeetingLetter.objects.update(version=None)
    return row.meeting_letter


@pytest.mark.parametrize(
    ("purpose", "key", "version"),
    [
        (Purpose.INVITATION, "invitation:m1:i1:v1", 1),
        (Purpose.RECEIPT, "receipt:m1:i1:r7:v12", 12),
        (Purpose.RECEIPT, "receipt:m1:i1:r7", None),
        (Purpose.SUBSTITUTE, "taken_back:m1:i1", None),
        (Purpose.DISTRIBUTION, "distribution:m1:e1:a1", None),
    ],
)
def test_rows_of_the_first_version_get_the_version_of_their_key(purpose: str, key: str, version: int | None):
    row = from_1_0_0(purpose, key)
    fill_versions(MeetingLetter)
    assert MeetingLetter.objects.get(pk=row.pk).version == version


def test_letters_with_links_say_themselves_who_asked_for_them():
    for key in ("links:abc:2026010112", "links_renewed:abc:2026010112"):
        row = from_1_0_0(Purpose.INVITATION, key)
        Letter.objects.filter(pk=row.letter_id).update(purpose="links")
    name_renewed_links(Letter)
    assert list(Letter.objects.order_by("pk").values_list("purpose", flat=True)) == ["links", "links_renewed"]


@pytest.mark.parametrize(("version", "owed"), [(1, True), (2, False), (None, True)])
def test_an_invitation_of_an_earlier_or_unknown_version_is_outdated_news(version: int | None, owed: bool):
    meeting = moved_meeting()
    invitee = factories.invitee(factories.invitation(meeting))
    letter(invitee)
    MeetingLetter.objects.update(version=version)
    assert outdated(meeting) == ({invitee.pk} if owed else set())


def test_a_receipt_whose_version_is_unknown_says_nothing():
    meeting = moved_meeting()
    letter(factories.invitee(factories.invitation(meeting)), Purpose.RECEIPT)
    MeetingLetter.objects.update(version=None)
    assert outdated(meeting) == set()


def test_nothing_is_outdated_of_a_meeting_that_never_moved():
    meeting = factories.meeting(state=MeetingState.INVITED)
    letter(factories.invitee(factories.invitation(meeting)))
    MeetingLetter.objects.update(version=None)
    assert outdated(meeting) == set()
