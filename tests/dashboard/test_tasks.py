"""What each person finds on their desk, for every kind of task and role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialog_portal.access.actions import invite_staff
from dialog_portal.access.models import Role, User
from dialog_portal.base.swedish import day
from dialog_portal.dashboard.tasks import tasks_for
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Letter, State
from dialog_portal.outbox.queue.hold import hold
from dialog_portal.outbox.queue.post import post
from meetings.mailings.actions import post as mailings_post
from meetings.mailings.actions import send
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.pending_letters import pending_for
from meetings.models import (
    Agenda,
    AgendaState,
    Answer,
    Channel,
    Meeting,
    MeetingState,
    PlannedMailing,
    Purpose,
    Reply,
)
from meetings.replies.actions import answer as replies
from minutes.models import Minutes, MinutesState, Section, SectionRevision
from tests import factories
from tests.access.world import with_second_factor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def meeting_in(
    days: float, state: str = MeetingState.PLANNED, *, agenda: str = AgendaState.SETTLED, **values: Any
) -> Meeting:
    """A complete meeting so many days from now, with one party, one invited person and one point."""
    start = timezone.now() + days * DAY
    given = {"reply_by": start - 7 * DAY, **values}
    meeting = factories.meeting(starts_at=start, ends_at=start + timedelta(hours=2), state=state, **given)
    Agenda.objects.filter(meeting=meeting).update(state=agenda)
    factories.item(meeting)
    factories.invitee(factories.invitation(meeting))
    return meeting


def notes(state: str, author: User | None = None) -> Minutes:
    minutes = Minutes.objects.create(meeting=meeting_in(-5, MeetingState.HELD), state=state)
    section = Section.objects.create(minutes=minutes, heading="Läget")
    SectionRevision.objects.create(section=section, heading="Läget", version=1, by=author or factories.user())
    return minutes


def failed_letter(campaign: str) -> Letter:
    draft = Draft(
        key=f"prov:{factories.unique()}", purpose="invitation", campaign=campaign, name="Gäst",
        address="gast@kommun.example", subject="Inbjudan", text="Hej", html="<p>Hej</p>",
        deadline=timezone.now() + DAY,
    )  # fmt: skip
    letter, _ = post(draft)
    Letter.objects.filter(pk=letter.pk).update(state=State.FAILED)
    return letter


def bounced_letter() -> None:
    Letter.objects.filter(pk=failed_letter("").pk).update(state=State.BOUNCED, accepted_at=timezone.now())


def invited(days_left: float) -> Meeting:
    """A meeting whose only guest was invited a while ago."""
    meeting = meeting_in(30, MeetingState.INVITED, reply_by=timezone.now() + days_left * DAY)
    asked(meeting, Purpose.INVITATION, 10)
    return meeting


def holder_gone() -> None:
    """An invited person whose mandate has ended, and who has answered."""
    guest = invited(20).invitees.get()
    guest.person = factories.person()
    guest.save()
    replies.store_answer(guest, Answer.YES, channel=Channel.LINK)


def contradiction() -> None:
    guest = invited(20).invitees.get()
    for said in (Answer.YES, Answer.NO):
        replies.store_answer(guest, said, channel=Channel.LINK)


def invitation_in_hand(meeting: Meeting) -> Meeting:
    """The meeting's only guest has read the invitation to its first time and place."""
    guest = meeting.invitees.get()
    letter = failed_letter(meeting.campaign)
    key = f"invitation:m{meeting.pk}:i{guest.pk}:v1"
    Letter.objects.filter(pk=letter.pk).update(key=key, state=State.ACCEPTED, accepted_at=timezone.now())
    meeting.letters.create(invitee=guest, purpose=Purpose.INVITATION, letter=letter, version=1)
    return meeting


def moved() -> Meeting:
    return invitation_in_hand(meeting_in(80, MeetingState.ANNOUNCED, letter_version=2))


def called_off() -> Meeting:
    return invitation_in_hand(meeting_in(80, MeetingState.CANCELLED))


def substitute_from_elsewhere() -> None:
    guest = meeting_in(80, MeetingState.ANNOUNCED).invitees.get()
    guest.substitute_requests.create(name="Udo Ek", email="udo@annan.example")


def letter_to_read() -> None:
    invited(-1).invitees.get().letters_to_read.create(kind="plain")


KINDS: list[tuple[str, Callable[[], Any], str, str, str]] = [
    # verb, what makes it, whose task it is, who waits for it, who does not see it
    ("Gör klart planen", lambda: factories.meeting(), "HG", "LA", ""),
    ("Lägg fast dagordningen", lambda: meeting_in(40, agenda=AgendaState.DRAFT), "HG", "LA", ""),
    ("Lägg fast dagordningen", lambda: meeting_in(40, agenda=AgendaState.CONSULTED), "", "LHGA", ""),
    ("Skicka inbjudan", lambda: meeting_in(40), "HG", "", "LA"),
    ("Skicka inbjudan", lambda: meeting_in(30, MeetingState.INVITED), "HG", "", "LA"),
    ("Följ registret", holder_gone, "HG", "LA", ""),
    ("Påminn om svar", lambda: invited(3), "HG", "LA", ""),
    ("Invänta svar", lambda: invited(12), "", "LHGA", ""),
    ("Fråga vad som gäller", contradiction, "HG", "LA", ""),
    ("Skicka brevet om ändringen", moved, "HG", "", "LA"),
    ("Skicka brevet om inställt möte", called_off, "HG", "", "LA"),
    ("Ta ställning till ersättare", substitute_from_elsewhere, "HG", "LA", ""),
    ("Läs brev från inbjudna", letter_to_read, "HG", "LA", ""),
    ("Markera som genomfört", lambda: meeting_in(-1, MeetingState.INVITED), "HG", "LA", ""),
    ("Ställ in eller flytta mötet", lambda: meeting_in(-1), "HG", "LA", ""),
    ("Börja på anteckningarna", lambda: meeting_in(-1, MeetingState.HELD), "HG", "L", "A"),
    ("Skriv klart anteckningarna", lambda: notes(MinutesState.DRAFT), "HG", "L", "A"),
    ("Fastställ anteckningarna", lambda: notes(MinutesState.CIRCULATED), "G", "LH", "A"),
    ("Skicka ut anteckningarna", lambda: notes(MinutesState.APPROVED), "HG", "L", "A"),
    ("Publicera anteckningarna", lambda: notes(MinutesState.DISTRIBUTED), "G", "LH", "A"),
    ("Rätta brevet", lambda: failed_letter(""), "HG", "", "LA"),
    ("Ta reda på vem som har efterträtt", lambda: bounced_letter(), "HG", "", "LA"),
    ("Släpp breven", lambda: hold("meeting:1", by=factories.user(), reason="Fel bilaga"), "HG", "A", "L"),
]
LETTERS = {"L": Role.READER, "H": Role.OFFICER, "G": Role.APPROVER, "A": Role.ADMINISTRATOR}


def verbs(user: User) -> tuple[list[str], list[str]]:
    mine, others = tasks_for(user, timezone.now())
    return [task.verb for task in mine], [task.verb for task in others]


@pytest.mark.parametrize(("verb", "arrange", "mine", "others", "hidden"), KINDS)
def test_a_task_lies_on_the_right_desks(
    verb: str, arrange: Callable[[], Any], mine: str, others: str, hidden: str
):
    arrange()
    found = {letter: verbs(with_second_factor(factories.user(role))) for letter, role in LETTERS.items()}
    assert found == {
        **{letter: ([verb], []) for letter in mine},
        **{letter: ([], [verb]) for letter in others},
        **{letter: ([], []) for letter in hidden},
    }


@pytest.mark.parametrize(
    "arrange",
    [
        lambda: meeting_in(200),
        lambda: meeting_in(40, MeetingState.CANCELLED),
        lambda: notes(MinutesState.PUBLISHED),
        lambda: Letter.objects.filter(pk=failed_letter("").pk).update(told_otherwise="telefon"),
    ],
)
def test_what_asks_nothing_of_anybody_is_not_a_task(arrange: Callable[[], Any]):
    arrange()
    assert verbs(factories.user(Role.APPROVER)) == ([], [])


def test_an_approver_waits_for_another_to_approve_what_they_wrote_in():
    writer, other = factories.user(Role.APPROVER), factories.user(Role.APPROVER)
    notes(MinutesState.CIRCULATED, writer)
    assert verbs(writer) == ([], ["Fastställ anteckningarna"])
    assert verbs(other) == (["Fastställ anteckningarna"], [])


@pytest.mark.parametrize(("arrange", "purpose"), [(moved, "update"), (called_off, "cancellation")])
def test_what_somebody_is_owed_comes_first_until_it_is_sent(arrange: Callable[[], Meeting], purpose: str):
    meeting_in(35)
    failed_letter("")
    meeting, mailing = arrange(), MAILINGS[purpose]
    mine, _ = tasks_for(factories.user(), timezone.now())
    assert mine[0].url == f"/arbete/moten/{meeting.pk}/brev/{purpose}/"
    assert mine[0].why.startswith("1 person har ")
    full = Meeting.objects.with_letters().get(pk=meeting.pk)
    assert len(pending_for(mailing, full)) == 1
    mailings_post.post_letters(mailing, full, send.drafts_for(mailing, full), by=factories.user())
    assert verbs(factories.user()) == (["Rätta brevet", "Skicka inbjudan"], [])


@pytest.mark.parametrize("state", [MeetingState.INVITED, MeetingState.CANCELLED])
def test_the_task_counts_those_whom_the_preview_would_write_to(state: str):
    meeting, party = meeting_in(80, state, letter_version=2), factories.party()
    place = factories.invitation(meeting, party)
    for purpose, version, became in product(
        ("invitation", "receipt", "update", "distribution"), (1, 2), (State.ACCEPTED, State.STOPPED)
    ):
        guest, letter = factories.invitee(place), failed_letter(meeting.campaign)
        key = f"{purpose}:m{meeting.pk}:i{guest.pk}:v{version}"
        Letter.objects.filter(pk=letter.pk).update(key=key, state=became, accepted_at=timezone.now())
        about = None if purpose == "distribution" else version
        meeting.letters.create(invitee=guest, purpose=purpose, letter=letter, version=about)
    mailing = MAILINGS[Purpose.CANCELLATION if meeting.cancelled else Purpose.UPDATE]
    number = len(pending_for(mailing, Meeting.objects.with_letters().get(pk=meeting.pk)))
    mine, _ = tasks_for(factories.user(), timezone.now())
    assert number > 1
    assert mine[0].why.startswith(f"{number} personer ")


def test_a_meeting_that_nobody_was_told_of_or_that_is_over_owes_nobody_a_letter():
    meeting_in(80, MeetingState.CANCELLED)
    meeting_in(80, MeetingState.ANNOUNCED, letter_version=2)
    over = called_off()
    Meeting.objects.filter(pk=over.pk).update(
        reply_by=timezone.now() - 3 * DAY, starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY
    )
    assert verbs(factories.user()) == ([], [])


def test_one_letter_that_failed_is_opened_and_several_are_listed():
    first = failed_letter("meeting:7")
    mine, _ = tasks_for(factories.user(), timezone.now())
    assert (mine[0].url, mine[0].why) == (f"/arbete/utkorg/{first.pk}/", "Brevet till Gäst kom inte fram.")
    failed_letter("meeting:7")
    mine, _ = tasks_for(factories.user(), timezone.now())
    assert (mine[0].url, mine[0].why) == (
        "/arbete/utkorg/?campaign=meeting%3A7&state=person",
        "2 brev kom inte fram.",
    )


def test_letters_come_before_what_is_late():
    meeting_in(35)
    failed_letter("")
    assert verbs(factories.user()) == (["Rätta brevet", "Skicka inbjudan"], [])


def test_a_held_mailing_is_known_by_its_meeting():
    meeting = meeting_in(200)
    hold(meeting.campaign, by=factories.user(), reason="fel bilaga")
    mine, _ = tasks_for(factories.user(), timezone.now())
    assert (mine[0].about, mine[0].why) == (meeting.title, "De hålls kvar: fel bilaga")


def test_an_answer_takes_a_person_off_the_list_of_silent():
    meeting = invited(3)
    Reply.objects.create(invitee=meeting.invitees.get(), answer=Answer.NO, channel=Channel.PHONE)
    assert verbs(factories.user()) == ([], [])


def asked(meeting: Meeting, purpose: str, days_ago: float) -> None:
    guest, letter = meeting.invitees.get(), failed_letter(meeting.campaign)
    written = timezone.now() - days_ago * DAY
    Letter.objects.filter(pk=letter.pk).update(
        state=State.ACCEPTED, accepted_at=written, created=written, key=f"{purpose}:{letter.pk}"
    )
    meeting.letters.create(invitee=guest, purpose=purpose, letter=letter)


@pytest.mark.parametrize(
    ("purpose", "days_ago", "mine"),
    [("invitation", 1, False), ("invitation", 4, True), ("reminder", 1, False), ("reminder", 4, True)],
)
def test_nobody_is_to_be_reminded_who_was_asked_in_the_last_days(purpose: str, days_ago: float, mine: bool):
    asked(invited(5), purpose, days_ago)
    assert verbs(factories.user()) == ((["Påminn om svar"], []) if mine else ([], ["Invänta svar"]))


def test_the_last_and_the_next_reminder_are_said():
    meeting = invited(5)
    asked(meeting, "reminder", 4)
    mine, _ = tasks_for(factories.user(), timezone.now())
    written = day(timezone.now() - 4 * DAY)
    assert mine[0].why == f"1 person har inte svarat. Påminnelse skickades {written}."
    due = timezone.now() + DAY
    PlannedMailing.objects.create(meeting=meeting, purpose=Purpose.REMINDER, due_at=due)
    mine, others = tasks_for(factories.user(), timezone.now())
    assert mine == []
    assert others[0].why.endswith(f"En påminnelse går automatiskt {day(due)}.")


def test_an_administrator_minds_accounts_and_their_own_second_factor():
    boss = factories.user(Role.ADMINISTRATOR)
    invite_staff(name="Ny", email="ny@region.example", role=Role.READER, by=boss)
    assert verbs(boss) == (["Slå på tvåstegsverifiering"], ["Invänta svar"])


def test_whom_a_task_waits_for_is_said():
    notes(MinutesState.DISTRIBUTED)
    _, (task,) = tasks_for(factories.user(), timezone.now())
    assert task.why == "De är utskickade men inte publicerade. Väntar på en godkännare."


def test_the_most_urgent_comes_first():
    later, sooner = meeting_in(50), meeting_in(35)
    mine, _ = tasks_for(factories.user(), timezone.now())
    assert [(task.about, task.late) for task in mine] == [(sooner.title, True), (later.title, False)]


def full_desk() -> None:
    for _, arrange, *_ in KINDS:
        if arrange is not KINDS[-1][1]:
            arrange()


def queries_of_start_page(user: User) -> int:
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(connection) as queries:
        client.get("/arbete/")
    return len(queries)


def test_the_start_page_takes_as_many_queries_for_much_as_for_little():
    users = {role: with_second_factor(factories.user(role)) for role in Role.values}
    counts = []
    for rounds in (1, 14):
        for _ in range(rounds):
            full_desk()
        counts.append({role: queries_of_start_page(user) for role, user in users.items()})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 62
