"""Letters that come late say what still holds: no way to answer after the deadline, no letter to the removed."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions import invite, withdraw
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Invitee, Meeting, Purpose
from meetings.planning.actions import meetings
from meetings.replies.actions import answer, substitutes
from tests import factories
from tests.at_once import in_parallel
from tests.meetings.acting import letter, signed_in
from tests.world import World, accept

CLOSED = "Sista svarsdag har passerat."


def chief(**values: Any) -> Invitee:
    party = factories.party()
    return factories.invitee(
        factories.invitation(factories.meeting(state="invited", **values), party), name="Ada Ek"
    )


def too_late(invitee: Invitee) -> Meeting:
    Meeting.objects.filter(pk=invitee.meeting_id).update(reply_by=timezone.now() - timedelta(days=1))
    invitee.refresh_from_db()
    return Meeting.objects.with_letters().get(pk=invitee.meeting_id)


def text(row: Letter) -> str:
    content = read_content(row)
    assert content is not None
    return content.text + content.html


def newest(invitee: Invitee) -> str:
    return text(Letter.objects.filter(meeting_letter__invitee=invitee).latest("pk"))


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", [Purpose.INVITATION, Purpose.UPDATE])
def test_after_the_deadline_letters_ask_for_no_answer(purpose: Purpose) -> None:
    invitee = chief()
    before = compose(MAILINGS[purpose], Meeting.objects.with_letters().get(), invitee)
    after = compose(MAILINGS[purpose], too_late(invitee), invitee)
    assert (CLOSED in before.text + before.html, CLOSED in after.text, CLOSED in after.html) == (
        False,
        True,
        True,
    )
    for words in ("Svara senast", "Eller svara direkt", "Svara på inbjudan", "fram till dess", "det senast"):
        assert words not in after.text + after.html
    assert ("Har du redan svarat står ditt svar kvar." in after.text) == (purpose == Purpose.UPDATE)


@pytest.mark.django_db
def test_receipts_after_the_deadline_lead_to_no_change() -> None:
    invitee = chief()
    too_late(invitee)
    answer.store_answer(invitee, Answer.YES, channel=Channel.PHONE, by=factories.user())
    said = newest(invitee)
    assert (CLOSED in said, "Du kan ändra ditt svar" in said, "Ändra svar" in said) == (True, False, False)


@pytest.mark.django_db
def test_substitutes_after_the_deadline_are_asked_to_write() -> None:
    invitee = chief()
    too_late(invitee)
    deputy = substitutes.hand_over(
        invitee, name="Bo Alm", email="bo@kommun.example", channel=Channel.PHONE, by=factories.user()
    )
    for said in (newest(invitee), newest(deputy)):
        assert (CLOSED in said, "Svara senast" in said, "till och med" in said) == (True, False, False)


@pytest.mark.django_db
def test_save_the_date_offers_to_answer_already() -> None:
    invitee = chief()
    draft = compose(MAILINGS[Purpose.SAVE_THE_DATE], Meeting.objects.with_letters().get(), invitee)
    assert ("Svara redan nu" in draft.text, "Svara på inbjudan" in draft.text) == (True, False)


@pytest.mark.django_db
def test_a_removed_person_gets_none_of_the_letters_that_wait() -> None:
    invitee = chief()
    row = letter(invitee)
    withdraw.withdraw(invitee, by=factories.user())
    row.refresh_from_db()
    assert row.state == State.STOPPED


@pytest.mark.django_db
def test_who_handed_over_is_told_that_the_substitute_is_removed() -> None:
    invitee = chief()
    deputy = substitutes.hand_over(
        invitee, name="Bo Alm", email="bo@kommun.example", channel=Channel.PHONE, by=factories.user()
    )
    withdraw.withdraw(deputy, by=factories.user())
    assert "Bo Alm är inte längre inbjuden som din ersättare" in newest(invitee)
    assert set(Letter.objects.filter(meeting_letter__invitee=deputy).values_list("state", flat=True)) == {
        State.STOPPED
    }


@pytest.mark.django_db
def test_a_cancelled_meeting_stops_neither_notes_nor_word_to_a_former_substitute() -> None:
    invitee = chief()
    by = factories.user()
    deputy = substitutes.hand_over(
        invitee, name="Bo Alm", email="bo@kommun.example", channel=Channel.PHONE, by=by
    )
    accept(Letter.objects.get(meeting_letter__invitee=deputy))
    substitutes.take_back(invitee, channel=Channel.PHONE, by=by)
    notes = letter(invitee, Purpose.DISTRIBUTION)
    meetings.cancel_meeting(invitee.meeting, reason="Vatten i lokalen.", by=by)
    left = Letter.objects.filter(state=State.QUEUED)
    assert set(left) == {notes, left.get(key=f"taken_back:m{invitee.meeting_id}:i{deputy.pk}")}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["planned", "announced"])
def test_a_meeting_arranged_by_telephone_can_be_held(state: str) -> None:
    start = timezone.now() - timedelta(hours=1)
    meeting = factories.meeting(
        state=state, starts_at=start, ends_at=start + timedelta(hours=3), reply_by=start - timedelta(days=7)
    )
    client, _ = signed_in()
    assert (
        "Markera som genomfört"
        in client.get(reverse("staff:meeting_detail", args=[meeting.pk])).content.decode()
    )
    client.post(reverse("staff:meeting_hold", args=[meeting.pk]))
    meeting.refresh_from_db()
    assert meeting.state == "held"


@pytest.mark.django_db
def test_staff_are_told_who_reads_why_a_meeting_is_cancelled() -> None:
    client, _ = signed_in()
    page = client.get(reverse("staff:meeting_cancel", args=[factories.meeting().pk])).content.decode()
    assert "Står i brevet till de inbjudna och på deras sidor." in page


@pytest.mark.django_db
def test_a_holder_whose_address_is_a_guests_is_not_missing() -> None:
    meeting, party = factories.meeting(), factories.party()
    invitation = factories.invitation(meeting, party)
    factories.invitee(invitation, email="Ada.Ek@kommun.example")
    factories.mandate(party, factories.person(email="ada.ek@kommun.example"))
    assert invite.people_to_invite(meeting) == []


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_put_everybody_on_the_list_once() -> None:
    meeting, party, officer = factories.meeting(), factories.party(), factories.user()
    for _ in range(5):
        factories.mandate(party)
    factories.invitation(meeting, party)

    def press() -> None:
        with suppress(NotAllowed):
            invite.add_missing_invitees(meeting, by=officer)
            invite.invite_guest(
                meeting, organisation="En förening", name="Kim", email="kim@forening.example", by=officer
            )

    assert (in_parallel(press, 6), meeting.invitees.count()) == ([], 6)


def test_no_letter_says_a_name_that_a_guest_typed_uncut() -> None:
    raw = re.compile(r"\b(invitee|deputy|original|via)\.name\b")
    letters = Path(settings.BASE_DIR, "templates", "letters")
    found = [path.name for path in letters.iterdir() if raw.search(path.read_text())]
    assert (found, (letters / "receipt.txt").exists()) == ([], True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "purpose", "shown"), [("planned", "invitation", 1), ("cancelled", "cancellation", 0)]
)
def test_the_missing_town_is_asked_for_while_the_meeting_can_be_changed(
    state: str, purpose: str, shown: int
) -> None:
    world = World(town="").invite()
    factories.invitee(world.invitation)
    world.store(state=state)
    page = signed_in()[0].get(reverse("staff:letters_preview", args=[world.pk, purpose])).content.decode()
    assert 'name="previewed"' in page
    assert page.count("Fyll i orten på mötet först") == shown
