"""Who knows of the meeting and is taken off its list is told, and the meeting leaves their calendar."""

from __future__ import annotations

import pytest
from django.urls import reverse
from icalendar import Calendar

from dialog_portal.base.swedish import in_sentence
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, State
from meetings.invitations.actions import withdraw
from meetings.invitations.actions.remove_party import remove_party
from meetings.models import Invitee, MeetingLetter, Purpose
from tests import factories
from tests.meetings.acting import signed_in
from tests.pages import without_breaks
from tests.world import World, accept

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def removal_letters(state: State = State.QUEUED) -> list[Letter]:
    return list(Letter.objects.filter(purpose=Purpose.WITHDRAWN, state=state).order_by("pk"))


def event(letter: Letter) -> dict[str, str]:
    content = read_content(letter)
    assert content is not None
    file = next(one for one in content.attachments if one.filename.endswith(".ics"))
    calendar = Calendar.from_ical(file.data)
    (found,) = calendar.walk("VEVENT")
    names = ("UID", "SEQUENCE", "STATUS", "SUMMARY")
    return {"METHOD": str(calendar["METHOD"]), **{name: str(found[name]) for name in names}}


def test_who_was_written_to_is_told_and_the_meeting_leaves_the_calendar() -> None:
    world = World()
    world.write(Purpose.INVITATION)
    invited = event(Letter.objects.get())
    world.deliver()
    withdraw.withdraw(world.chief, by=world.by)
    (letter,) = removal_letters()
    content, now = read_content(letter), event(letter)
    assert content is not None
    assert (
        f"Du är inte längre inbjuden för {world.party} till {in_sentence(world.meeting.title)}"
        in content.text
    )
    assert (now["METHOD"], now["STATUS"], now["UID"]) == ("CANCEL", "CANCELLED", invited["UID"])
    assert int(now["SEQUENCE"]) > int(invited["SEQUENCE"])
    assert now["SUMMARY"] == f"Gäller inte dig längre: {world.meeting.title}"
    assert "/svar/" not in content.text + content.html


@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED, State.BOUNCED])
def test_whom_no_letter_reached_is_told_nothing(state: State) -> None:
    world = World().invite(left=False)
    Letter.objects.update(state=state)
    withdraw.withdraw(world.chief, by=world.by)
    assert removal_letters() == []


def test_a_substitute_whom_staff_take_off_is_told() -> None:
    world = World().invite()
    deputy = world.hand_over()
    world.deliver()
    withdraw.withdraw(deputy, by=world.by)
    assert [letter.address for letter in removal_letters()] == [deputy.email]


def test_a_substitute_is_told_why_when_the_person_they_replace_is_taken_off() -> None:
    world = World().invite()
    deputy = world.hand_over()
    world.deliver()
    withdraw.withdraw(world.chief, by=world.by)
    content = read_content(Letter.objects.waiting().get(address=deputy.email))
    assert content is not None
    assert f"{world.chief.name} är inte längre inbjuden, så du är inte längre ersättare" in " ".join(
        content.text.split()
    )


def test_moving_or_cancelling_the_meeting_does_not_stop_the_letter() -> None:
    world = World().invite()
    withdraw.withdraw(world.chief, by=world.by)
    world.move()
    world.cancel()
    assert len(removal_letters()) == 1
    assert world.reached(Purpose.CANCELLATION) == set()


def test_who_is_put_back_before_the_letter_left_never_gets_it() -> None:
    world = World().invite()
    withdraw.withdraw(world.chief, by=world.by)
    withdraw.reinstate(world.chief, by=world.by)
    assert (removal_letters(), len(removal_letters(State.STOPPED))) == ([], 1)


def test_who_is_put_back_before_the_letter_left_keeps_the_event_in_the_calendar() -> None:
    world = World().invite()
    before = Invitee.objects.get(pk=world.chief.pk)
    withdraw.withdraw(world.chief, by=world.by)
    withdraw.reinstate(world.chief, by=world.by)
    after = Invitee.objects.get(pk=world.chief.pk)
    assert after.calendar_secret == before.calendar_secret
    assert after.link_id != before.link_id


def test_who_was_invited_anew_keeps_that_event_when_the_second_removal_never_left() -> None:
    world = World().invite()
    for _ in range(2):
        withdraw.withdraw(world.chief, by=world.by)
        world.deliver()
        withdraw.reinstate(world.chief, by=world.by)
        world.deliver()
    before = Invitee.objects.get(pk=world.chief.pk).calendar_secret
    withdraw.withdraw(world.chief, by=world.by)
    withdraw.reinstate(world.chief, by=world.by)
    assert Invitee.objects.get(pk=world.chief.pk).calendar_secret == before
    assert [letter.purpose for letter in Letter.objects.waiting()] == ["links_renewed"]


def test_who_had_read_it_is_invited_anew_with_a_new_event() -> None:
    world = World().invite()
    before = Invitee.objects.get(pk=world.chief.pk).calendar_secret
    withdraw.withdraw(world.chief, by=world.by)
    world.deliver()
    withdraw.reinstate(world.chief, by=world.by)
    (again,) = MeetingLetter.objects.filter(letter__state=State.QUEUED)
    assert (again.purpose, event(again.letter)["METHOD"]) == (Purpose.INVITATION, "PUBLISH")
    assert before not in event(again.letter)["UID"]
    accept(again.letter)
    withdraw.withdraw(world.chief, by=world.by)
    assert [letter.purpose for letter in Letter.objects.waiting()] == [Purpose.WITHDRAWN]


def test_who_had_read_it_gets_the_whole_invitation_also_after_a_letter_about_a_new_place() -> None:
    world = World().invite()
    world.move()
    world.write(Purpose.UPDATE)
    world.deliver()
    withdraw.withdraw(world.chief, by=world.by)
    world.deliver()
    withdraw.reinstate(world.chief, by=world.by)
    assert [letter.purpose for letter in Letter.objects.waiting()] == [Purpose.INVITATION]


def test_a_party_is_removed_with_one_press_and_its_people_are_told() -> None:
    world = World(2).invite()
    client, _ = signed_in()
    url = reverse("staff:invitation_remove", args=[world.invitation.pk])
    page = without_breaks(client.post(url, follow=True).content)
    assert f"{world.party} är inte längre med på mötet. 2 personer får ett brev om" in page
    assert (len(removal_letters()), world.meeting.invitees.active().count()) == (2, 0)


def test_a_removed_party_leaves_those_who_represent_another() -> None:
    world = World(2).invite()
    other = factories.invitation(world.meeting, factories.party(name="Film"))
    world.chief.also.add(other)
    remove_party(world.invitation, by=world.by)
    (left,) = world.meeting.invitees.active()
    assert (left.pk, left.represents, len(removal_letters())) == (world.chief.pk, "Film", 1)
