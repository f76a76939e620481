"""The audit log: one row for each thing that staff did with a meeting, and none for what guests did."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dialog_portal.access.models import User
from dialog_portal.base.audit import Event
from meetings.agenda import actions
from meetings.attendance import actions as attendance
from meetings.invitations.actions import invite, withdraw
from meetings.mailings.actions import reminder_schedule
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import preview_fingerprint
from meetings.mailings.letters.recipients import MAILINGS
from meetings.models import AgendaItem, AgendaState, Answer, Channel, Group, Meeting, MeetingState, Purpose
from meetings.planning.actions import meetings
from meetings.replies.actions import answer, substitute_requests, substitutes
from tests import factories
from tests.meetings.acting import retyped, signed_in

pytestmark = pytest.mark.django_db


def told(by: User) -> list[str]:
    return list(Event.objects.filter(by=by).order_by("pk").values_list("what", flat=True))


def send(meeting: Meeting, purpose: Purpose, by: User) -> None:
    meeting = Meeting.objects.with_letters().get(pk=meeting.pk)
    drafts = [draft for _, draft in mailings_send.drafts_for(MAILINGS[purpose], meeting)]
    mailings_send.send_previewed_letters(
        MAILINGS[purpose], meeting, previewed=preview_fingerprint(drafts), by=by
    )


def test_a_meeting_from_plan_to_cancellation() -> None:
    client, officer = signed_in()
    party = factories.mandate(factories.party()).party
    meeting = factories.meeting()
    client.post(reverse("staff:meeting_change", args=[meeting.pk]), retyped(meeting, title="Ny rubrik"))
    invite.invite_parties(meeting, [party], seats=2, by=officer)
    invite.change_seats(meeting.invitations.get(), 1, by=officer)
    invite.invite_guest(
        meeting, organisation="En förening", name="Kim", email="kim@forening.example", by=officer
    )
    send(meeting, Purpose.INVITATION, officer)
    reminder_schedule.resume_reminder(
        reminder_schedule.stop_reminder(meeting.planned.all()[0], by=officer), by=officer
    )
    withdraw.withdraw(meeting.invitees.get(name="Kim"), by=officer)
    meetings.cancel_meeting(Meeting.objects.get(), reason="Lokalen brann.", by=officer)
    assert told(officer) == [
        "dialogmöte: ändrade", "inbjudan: la till parter", "inbjudan: hämtade från registret",
        "inbjudan: ändrade platser", "inbjudan: la till gäst", "brev: skickade",
        "brev: stoppade automatiskt utskick", "brev: återupptog automatiskt utskick",
        "inbjudan: tog bort person", "utkorg: stoppade brev", "dialogmöte: ställde in",
        "utkorg: stoppade brev",
    ]  # fmt: skip
    changed = Event.objects.get(what="dialogmöte: ändrade")
    assert (changed.thing, changed.detail) == (f"meeting {meeting.pk}", {"fields": ["title"]})


def test_an_agenda_and_its_points() -> None:
    client, officer = signed_in()
    row = factories.meeting().agenda
    first, second = (actions.add_item(row, AgendaItem(title=title), by=officer) for title in "AB")
    typed = {"title": "C", "seen_version": "1"}
    client.post(reverse("staff:item_change", args=[first.pk]), typed)
    actions.move_item(second, to=1, by=officer)
    removed = actions.delete_item(second, by=officer)
    actions.restore_item(row, removed, by=officer)
    actions.restore_item(row, removed, by=officer)
    actions.change_agenda_state(row, AgendaState.SETTLED, by=officer)
    done = ["la till punkt"] * 2 + ["ändrade punkt", "flyttade punkt", "tog bort punkt", "la tillbaka punkt"]
    assert told(officer) == [f"dagordning: {what}" for what in (*done, "bytte läge")]


def test_answers_that_staff_note_and_those_that_guests_give() -> None:
    officer = factories.user()
    guest = factories.invitee(factories.invitation(factories.meeting(state=MeetingState.INVITED)))
    answer.store_answer(guest, Answer.YES, channel=Channel.LINK)
    assert Event.objects.count() == 0
    answer.store_answer(guest, Answer.NO, channel=Channel.PHONE, by=officer)
    substitutes.hand_over(guest, name="Udo Ek", email="udo@kommun.example", channel=Channel.PHONE, by=officer)
    for name in ("Li", "Bo"):
        wish = substitute_requests.ask_for_substitute(
            guest, name=name, email=f"{name}@annan.example", channel=Channel.LINK
        )
        substitute_requests.decide_request(
            wish, approve=name == "Bo", seen=(wish.name, wish.email), by=officer
        )
    assert told(officer) == [
        "svar: noterade", "svar: noterade ersättare", "ersättare: avslog",
        "ersättare: godkände", "utkorg: stoppade brev", "svar: noterade ersättare",
    ]  # fmt: skip
    assert "Udo" not in "".join(str(event.detail) for event in Event.objects.all())


def test_attendance_is_told_only_when_it_is_news() -> None:
    officer, start = factories.user(), factories.afternoon(-2)
    meeting = factories.meeting(starts_at=start, reply_by=start)
    guest = factories.invitee(factories.invitation(meeting))
    for _ in range(2):
        attendance.note_attendance(meeting, {f"i{guest.pk}"}, by=officer)
    meetings.mark_as_held(meeting, by=officer)
    assert told(officer) == ["närvaro: noterade", "dialogmöte: markerade som genomfört"]


def test_rounds_groups_and_the_words_of_letters() -> None:
    client, officer = signed_in()
    typed = {"year": "2027", "signer": "Ylva", "signer_title": "chef", "seen_version": "1"}
    client.post(reverse("staff:round_add"), typed)
    client.post(reverse("staff:round_copy", args=[2027]), {"year": "2028"})
    client.post(reverse("staff:group_add", args=[2027]), {"name": "Söder"})
    group = Group.objects.get().pk
    client.post(reverse("staff:group_change", args=[group]), {"name": "Norr", "seen_version": "1"})
    client.post(reverse("staff:group_remove", args=[group]))
    words = {"subject": "A", "heading": "B", "body": "C", "seen_version": "0"}
    client.post(reverse("staff:wording", args=[2027, "reminder"]), words)
    client.post(reverse("staff:wording_choose", args=[2027, "reminder"]), {"use": "standard"})
    assert told(officer) == [
        "dialogomgång: la upp", "dialogomgång: kopierade", "grupp: la till", "grupp: ändrade", "grupp: tog bort",
        "brevtext: ändrade", "brevtext: la i vila",
    ]  # fmt: skip
