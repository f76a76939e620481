"""Inviting: to seats and to those who hold mandates; what was previewed is what is sent, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import day
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.health import record_pulse
from dialog_portal.outbox.models import Letter
from dialog_portal.outbox.queue.deliver import deliver
from dialog_portal.outbox.queue.hold import hold
from meetings.invitations.actions import invite, withdraw
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import Answer, Channel, Meeting, MeetingState, Purpose
from meetings.planning.actions import meetings
from meetings.replies.actions import answer
from tests import factories
from tests.at_once import in_parallel
from tests.meetings.acting import asked_long_ago, change_meeting, signed_in
from tests.pages import without_breaks

INVITATION = MAILINGS[Purpose.INVITATION]


def invited_meeting(*parties: Any, **values: Any) -> Meeting:
    meeting = factories.meeting(**values)
    invite.invite_parties(meeting, parties, seats=3, by=factories.user())
    return loaded(meeting)


def loaded(meeting: Meeting) -> Meeting:
    return Meeting.objects.with_letters().get(pk=meeting.pk)


def previewed(meeting: Meeting, mailing: Any = INVITATION) -> str:
    return preview_fingerprint([draft for _, draft in mailings_send.drafts_for(mailing, loaded(meeting))])


def send(meeting: Meeting, mailing: Any = INVITATION) -> int:
    return mailings_send.send_previewed_letters(
        mailing, meeting, previewed=previewed(meeting, mailing), by=factories.user()
    )


@pytest.mark.django_db
def test_every_holder_of_an_inviting_mandate_is_on_the_list_once() -> None:
    one, two = factories.party(), factories.party()
    both = factories.person(name="Två Uppdrag")
    factories.mandate(one, both)
    factories.mandate(two, both)
    factories.mandate(one, receives_invitations=False)
    factories.mandate(two, to_date="2020-01-01", from_date="2019-01-01")
    meeting = invited_meeting(one, two)
    assert [row.name for row in meeting.invitees.all()] == ["Två Uppdrag"]
    assert [str(row) for row in meeting.invitees.get().also.all()] == [two.name]


@pytest.mark.django_db
def test_two_heads_of_one_municipality_share_its_seats() -> None:
    party = factories.municipality("Stockholm", "0180")
    factories.mandate(party, title="kulturchef")
    factories.mandate(party, title="idrottschef")
    meeting = invited_meeting(party)
    assert (meeting.invitations.count(), meeting.invitees.count()) == (1, 2)


@pytest.mark.django_db
def test_preview_is_what_the_outbox_stores() -> None:
    party = factories.party()
    factories.mandate(party, factories.person(name="Åsa Öhrn & Co"))
    meeting = invited_meeting(party)
    ((_, draft),) = mailings_send.drafts_for(INVITATION, meeting)
    send(meeting)
    stored = read_content(Letter.objects.get())
    assert stored is not None
    assert (stored.subject, stored.text.strip(), stored.html.strip()) == (
        draft.subject,
        draft.text.strip(),
        draft.html.strip(),
    )


@pytest.mark.django_db
def test_letter_carries_the_personal_link_the_calendar_and_only_public_items() -> None:
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    factories.item(meeting, title="Öppen punkt")
    factories.item(meeting, title="Hemlig punkt", internal=True)
    send(meeting)
    stored = read_content(Letter.objects.get())
    assert stored is not None
    assert ("Öppen punkt" in stored.text, "Hemlig punkt" in stored.text + stored.html) == (True, False)
    assert "/svar/" in stored.text
    assert any(file.filename.endswith(".ics") for file in stored.attachments)


@pytest.mark.django_db
def test_sending_is_refused_when_something_changed_since_the_preview() -> None:
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    seen = previewed(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(room="En annan sal")
    with pytest.raises(mailings_send.PreviewOutdated):
        mailings_send.send_previewed_letters(INVITATION, meeting, previewed=seen, by=factories.user())
    assert Letter.objects.count() == 0


@pytest.mark.django_db
def test_sending_twice_makes_one_letter_and_the_second_press_says_so() -> None:
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    seen = previewed(meeting)
    mailings_send.send_previewed_letters(INVITATION, meeting, previewed=seen, by=factories.user())
    with pytest.raises(NotAllowed, match="redan fått"):
        mailings_send.send_previewed_letters(INVITATION, meeting, previewed=seen, by=factories.user())
    assert (Letter.objects.count(), loaded(meeting).state) == (1, MeetingState.INVITED)


@pytest.mark.django_db(transaction=True)
@pytest.mark.fault
def test_twenty_parallel_presses_make_one_letter_each() -> None:
    parties = [factories.party() for _ in range(3)]
    for party in parties:
        factories.mandate(party)
    meeting, officer = invited_meeting(*parties), factories.user()
    seen = previewed(meeting)
    done: list[str] = []

    def press() -> None:
        try:
            done.append(
                str(mailings_send.send_previewed_letters(INVITATION, meeting, previewed=seen, by=officer))
            )
        except NotAllowed:
            done.append("refused")

    assert in_parallel(press, 20) == []
    assert sorted(done) == ["3", *["refused"] * 19]
    assert Letter.objects.count() == 3


@pytest.mark.django_db
def test_reminder_goes_to_the_silent_only() -> None:
    parties = [factories.party() for _ in range(3)]
    for party in parties:
        factories.mandate(party)
    meeting = invited_meeting(*parties)
    send(meeting)
    asked_long_ago()
    first, second, third = meeting.invitees.order_by("pk")
    answer.store_answer(first, Answer.YES, channel=Channel.LINK)
    answer.store_answer(second, Answer.NO, channel=Channel.PHONE, by=factories.user())
    silent = mailings_send.drafts_for(MAILINGS[Purpose.REMINDER], loaded(meeting))
    assert [invitee for invitee, _ in silent] == [third]


@pytest.mark.django_db
def test_changed_room_makes_an_update_to_those_who_were_told() -> None:
    party, late = factories.party(), factories.party()
    factories.mandate(party)
    factories.mandate(late)
    meeting = invited_meeting(party)
    send(meeting)
    deliver()
    invite.invite_parties(meeting, [late], seats=3, by=factories.user())
    change_meeting(meeting, room="Ny sal")
    letters = mailings_send.drafts_for(MAILINGS[Purpose.UPDATE], loaded(meeting))
    assert len(letters) == 1
    assert "Ny sal" in letters[0][1].text
    ((invitee, _),) = mailings_send.drafts_for(INVITATION, loaded(meeting))
    assert str(invitee.invitation) == late.name


@pytest.mark.django_db
def test_cancelling_stops_waiting_invitations_and_tells_only_those_who_have_one() -> None:
    told, waiting = factories.party(), factories.party()
    factories.mandate(told)
    factories.mandate(waiting)
    meeting = invited_meeting(told)
    send(meeting)
    deliver()
    invite.invite_parties(meeting, [waiting], seats=3, by=factories.user())
    send(meeting)
    meetings.cancel_meeting(loaded(meeting), reason="Storm.", by=factories.user())
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["accepted", "stopped"]
    ((invitee, draft),) = mailings_send.drafts_for(MAILINGS[Purpose.CANCELLATION], loaded(meeting))
    assert str(invitee.invitation) == told.name
    assert "Storm." in draft.text
    assert b"STATUS:CANCELLED" in (draft.calendar or b"")


@pytest.mark.django_db
def test_new_holder_is_shown_and_added_on_request() -> None:
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    factories.mandate(party, factories.person(name="Ny Chef"))
    client, _ = signed_in()
    page = client.get(reverse("staff:invitations", args=[meeting.pk]))
    assert "Ny Chef" in without_breaks(page.content)
    shown = [change.key for change in page.context["changes"]]
    client.post(reverse("staff:invitees_refresh", args=[meeting.pk]), {"change": shown})
    assert meeting.invitees.filter(name="Ny Chef").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("seats", ["0", "10000", "många"])
def test_impossible_seat_counts_are_refused_at_the_field(seats: str) -> None:
    party, meeting = factories.party(), factories.meeting()
    client, _ = signed_in()
    page = client.post(
        reverse("staff:invitation_add", args=[meeting.pk]), {"parties": [party.pk], "seats": seats}
    )
    assert page.status_code == 200
    assert b'id="id_seats_error"' in page.content
    assert f'value="{party.pk}" id="party-{party.pk}" checked' in without_breaks(page.content)
    assert meeting.invitations.count() == 0


@pytest.mark.django_db
def test_list_asks_a_fixed_number_of_questions() -> None:
    few, many = factories.party(), [factories.party() for _ in range(40)]
    for party in [few, *many]:
        factories.mandate(party)
    small, large = invited_meeting(few), invited_meeting(*many)
    client, _ = signed_in()

    def questions(meeting: Meeting) -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("staff:invitations", args=[meeting.pk]))
        return len(asked)

    assert questions(large) == questions(small)


@pytest.mark.django_db
def test_previewing_writes_nothing() -> None:
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    client, _ = signed_in()
    page = client.get(reverse("staff:letters_preview", args=[meeting.pk, "invitation"]))
    assert "1 brev till 1 person hos 1 part" in without_breaks(page.content)
    assert Letter.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["withdraw", "more seats"])
def test_a_seat_that_becomes_free_goes_to_the_queue_and_is_told(how: str) -> None:
    party = factories.party()
    meeting = factories.meeting()
    invitation = factories.invitation(meeting, party, seats=1)
    first, second = factories.invitee(invitation), factories.invitee(invitation, name="Nummer Två")
    for invitee in (first, second):
        answer.store_answer(invitee, Answer.YES, channel=Channel.LINK)
    before = Letter.objects.count()
    if how == "withdraw":
        withdraw.withdraw(first, by=factories.user())
    else:
        invite.change_seats(invitation, 2, by=factories.user())
    assert Letter.objects.count() == before + 1
    assert Letter.objects.latest("pk").name == "Nummer Två"


@pytest.mark.django_db
def test_fewer_seats_than_are_taken_is_refused_at_the_field() -> None:
    invitation = factories.invitation(factories.meeting(), seats=2)
    for _ in range(2):
        answer.store_answer(factories.invitee(invitation), Answer.YES, channel=Channel.LINK)
    client, _ = signed_in()
    page = client.post(reverse("staff:invitation_change", args=[invitation.pk]), {"seats": "1"})
    assert "2 har redan svarat att de kommer" in without_breaks(page.content)


@pytest.mark.django_db
def test_links_live_on_when_the_meeting_is_moved() -> None:
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    send(meeting)
    days = timedelta(days=60)
    later = change_meeting(meeting, starts_at=meeting.starts_at + days, ends_at=meeting.ends_at + days)
    assert meeting.invitees.get().link.expires_at > later.ends_at


@pytest.mark.django_db
def test_a_mailing_that_stands_still_is_not_said_to_leave(settings: Any) -> None:
    settings.MAIL = {"host": "mx.example", "port": 25}
    party = factories.party()
    factories.mandate(party)
    meeting, (client, user) = invited_meeting(party), signed_in()
    where = reverse("staff:letters_send", args=[meeting.pk, Purpose.INVITATION])
    silent = without_breaks(client.post(where, {"previewed": previewed(meeting)}, follow=True).content)
    assert "skickas nu" not in silent
    assert silent.count("Breven väntar på att utskicket kommer igång.") == 2  # the message, and the figures
    record_pulse("worker")
    hold(meeting.campaign, by=user, reason="fel bilaga")
    held = client.get(reverse("staff:letters_progress", args=[meeting.pk, Purpose.INVITATION]))
    assert "Breven hålls kvar tills någon släpper dem." in without_breaks(held.content)


@pytest.mark.django_db
def test_no_reminder_is_suggested_just_after_the_invitation() -> None:
    party = factories.party()
    factories.mandate(party)
    start = factories.afternoon(10)
    meeting = invited_meeting(party, starts_at=start, ends_at=start + timedelta(hours=2), reply_by=start)
    meeting.reply_by -= timedelta(days=5)
    meeting.save()
    send(meeting)
    deliver()
    client, _ = signed_in()

    def suggested() -> tuple[bool, bool]:
        page = without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk])).content)
        return "påminnelse om svar (1 person)" in page, "button--primary" in page

    assert suggested() == (False, False)
    asked_long_ago()
    assert suggested() == (True, True)
    send(meeting, MAILINGS[Purpose.REMINDER])
    page = without_breaks(client.get(reverse("staff:invitations", args=[meeting.pk])).content)
    assert f"Påminnelse om svar skickades senast {day(timezone.now())}" in page


@pytest.mark.django_db
def test_staff_are_told_who_got_a_seat_when_a_party_gets_more() -> None:
    invitation = factories.invitation(factories.meeting(), factories.party(name="Nacka"), seats=1)
    for name in ("Nummer Ett", "Nummer Två", "Nummer Tre"):
        answer.store_answer(factories.invitee(invitation, name=name), Answer.YES, channel=Channel.LINK)
    client, _ = signed_in()
    address = reverse("staff:invitation_change", args=[invitation.pk])
    assert 'class="breadcrumb"' in without_breaks(client.get(address).content)
    told = without_breaks(client.post(address, {"seats": "3"}, follow=True).content)
    assert "Nacka har nu 3 platser. Nummer Tre och Nummer Två har fått plats från väntelistan" in told
    assert "väntelistan, och brev" not in without_breaks(
        client.post(address, {"seats": "4"}, follow=True).content
    )


@pytest.mark.django_db
def test_people_whose_letter_did_not_get_through_stand_first_with_the_reason() -> None:
    parties = [factories.party(name=name) for name in ("Aneby", "Boden", "Ystad")]
    for party in parties:
        factories.mandate(party)
    meeting = invited_meeting(*parties)
    client, _ = signed_in()
    where = reverse("staff:invitations", args=[meeting.pk])
    before = without_breaks(client.get(where).content)
    assert before.count("inte inbjuden än") == 3
    assert "3 personer på listan. Ingen är inbjuden än." in before
    send(meeting)
    last = meeting.invitees.get(invitation__party=parties[2])
    Letter.objects.filter(meeting_letter__invitee=last).update(state="failed", last_text="550 okänd")
    page = without_breaks(client.get(where).content)
    assert page.count("har inte svarat</span>") == 3
    assert page.index("Ystad</small>") < page.index("550 okänd") < page.index("Aneby</small>")
    one_failed = (
        f'<a href="/arbete/utkorg/?campaign=meeting%3A{meeting.pk}&amp;state=failed">1 misslyckat</a>'
    )
    assert one_failed in page


@pytest.mark.django_db
def test_the_preview_says_what_the_file_does_and_that_an_empty_agenda_stays_behind() -> None:
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    client, _ = signed_in()

    def preview(purpose: Purpose) -> str:
        return without_breaks(
            client.get(reverse("staff:letters_preview", args=[meeting.pk, purpose])).content
        )

    assert "Ingen är inbjuden till mötet än, så det finns ingen att påminna." in preview(Purpose.REMINDER)
    assert "Dagordningen är tom och följer inte med brevet." in preview(Purpose.INVITATION)
    factories.item(meeting)
    assert "Dagordningen är inte fastlagd. Brevet visar den som den är nu." in preview(Purpose.INVITATION)
    assert "lägger mötet i kalendern" in preview(Purpose.INVITATION)
    send(meeting)
    deliver()
    meetings.cancel_meeting(loaded(meeting), reason="Storm.", by=factories.user())
    assert "avbokar mötet i kalendern" in preview(Purpose.CANCELLATION)
