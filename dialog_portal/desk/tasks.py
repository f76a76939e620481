"""What must be done next, and what waits for others: one function for each kind of task.

Each function reads the rows of its kind in a fixed number of queries. Who may see a kind, and whether it is theirs to
do, is read from the permission table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse

from dialog_portal.access.models import Role, StaffInvitation, User, factors
from dialog_portal.access.table import rule_for
from dialog_portal.outbox.models import Hold, Letter, State
from dialog_portal.swedish import count, day, weekday
from meetings.models import (
    Agenda,
    AgendaItem,
    AgendaState,
    CalendarReply,
    Invitation,
    Invitee,
    Meeting,
    MeetingState,
    Purpose,
    Reply,
    SubstituteRequest,
)
from minutes.authors import authors_of
from minutes.models import Minutes, MinutesState

PLAN_AHEAD = timedelta(days=90)
SETTLE_BEFORE = timedelta(days=49)  # the agenda goes with the invitation
INVITE_BEFORE = timedelta(days=42)
WARN_BEFORE = timedelta(days=14)  # how long before it is late a task is shown
REMIND_BEFORE = timedelta(days=7)
FORGET_AFTER = timedelta(days=14)

UNSENT = (MeetingState.PLANNED, MeetingState.ANNOUNCED)


@dataclass(frozen=True)
class Task:
    """One thing to do: a verb, what it is about, why, and until when."""

    verb: str
    about: str
    url: str
    why: str
    due: datetime | None = None
    mine: bool = True
    late: bool = False


Find = Callable[[User, datetime], Iterator[Task]]


@dataclass(frozen=True)
class Kind:
    """A kind of task: who may see the page it is about, and who may take the step."""

    find: Find
    page: str
    step: str


def meeting_url(name: str, meeting: Meeting | int) -> str:
    return reverse(name, args=[meeting if isinstance(meeting, int) else meeting.pk])


def plans_with_gaps(user: User, now: datetime) -> Iterator[Task]:
    """Planned meetings that cannot be sent yet because something is missing in the plan."""
    coming = Meeting.objects.filter(state__in=UNSENT, starts_at__gt=now, starts_at__lt=now + PLAN_AHEAD)
    rows: QuerySet[Any] = coming.annotate(
        parties=Exists(Invitation.objects.filter(meeting=OuterRef("pk"))),
        items=Exists(AgendaItem.objects.filter(agenda__meeting=OuterRef("pk"))),
    )
    for row in rows:
        lacks = [
            (row.parties, "Inga parter är valda."),
            (row.items, "Dagordningen är tom."),
            (row.venue or row.online, "Platsen saknas."),
        ]
        why = " ".join(sentence for there, sentence in lacks if not there)
        if why:
            url, due = meeting_url("staff:meeting_detail", row), row.starts_at - SETTLE_BEFORE
            yield Task("Gör klart planen", row.title, url, why, due)


def agendas_to_settle(user: User, now: datetime) -> Iterator[Task]:
    """Agendas that must be settled before the invitation goes out; one that is being consulted waits for others."""
    soon = now + SETTLE_BEFORE + WARN_BEFORE
    rows = Agenda.objects.filter(
        Exists(AgendaItem.objects.filter(agenda=OuterRef("pk"))),
        meeting__state__in=UNSENT,
        meeting__starts_at__gt=now,
        meeting__starts_at__lt=soon,
    ).exclude(state=AgendaState.SETTLED)
    for row in rows.select_related("meeting"):
        consulted = row.state == AgendaState.CONSULTED
        why = "Den är på avstämning." if consulted else "Dagordningen följer med inbjudan."
        due = row.meeting.starts_at - SETTLE_BEFORE
        url = meeting_url("staff:agenda", row.meeting)
        yield Task("Lägg fast dagordningen", row.meeting.title, url, why, due, mine=not consulted)


def invitations_to_send(user: User, now: datetime) -> Iterator[Task]:
    """Meetings with a settled agenda and parties, which nobody has been invited to yet."""
    rows = Meeting.objects.filter(
        Exists(Invitation.objects.filter(meeting=OuterRef("pk"))),
        state__in=UNSENT,
        agenda__state=AgendaState.SETTLED,
        starts_at__gt=now,
        starts_at__lt=now + INVITE_BEFORE + WARN_BEFORE,
    )
    for row in rows:
        url = reverse("staff:letters_preview", args=[row.pk, Purpose.INVITATION])
        why = f"Mötet är {weekday(row.starts_at)}."
        yield Task("Skicka inbjudan", row.title, url, why, row.starts_at - INVITE_BEFORE)


def silent_invitees(user: User, now: datetime) -> Iterator[Task]:
    """People who have not answered: to be reminded in the last week, waited for until then."""
    listed: Any = Invitee.objects.active().with_answer()
    rows = (
        listed.filter(
            current_answer__isnull=True, meeting__state=MeetingState.INVITED, meeting__reply_by__gt=now
        )
        .values("meeting_id", "meeting__title", "meeting__reply_by")
        .annotate(silent=Count("pk"))
        .order_by("meeting_id")
    )
    for row in rows:
        due, pk = row["meeting__reply_by"], row["meeting_id"]
        soon = due < now + REMIND_BEFORE
        remind = reverse("staff:letters_preview", args=[pk, Purpose.REMINDER])
        url = remind if soon else meeting_url("staff:invitations", pk)
        why = f"{count(row['silent'], 'person,personer')} har inte svarat."
        yield Task(
            "Påminn om svar" if soon else "Invänta svar", row["meeting__title"], url, why, due, mine=soon
        )


def contradictory_answers(user: User, now: datetime) -> Iterator[Task]:
    """Meetings ahead where somebody's answers contradict each other; a call and a noted answer settle it."""
    rows = (
        Reply.objects.unsettled()
        .filter(invitee__meeting__state=MeetingState.INVITED, invitee__meeting__starts_at__gt=now)
        .values("invitee__meeting", "invitee__meeting__title", "invitee__meeting__starts_at")
        .annotate(people=Count("invitee", distinct=True))
        .order_by("invitee__meeting")
    )
    for row in rows:
        url = meeting_url("staff:invitations", row["invitee__meeting"]) + "?visa=motstridigt"
        why = f"{count(row['people'], 'person,personer')} har lämnat motstridiga svar inom en minut."
        due = row["invitee__meeting__starts_at"]
        yield Task("Fråga vad som gäller", row["invitee__meeting__title"], url, why, due)


def substitute_requests(user: User, now: datetime) -> Iterator[Task]:
    """Substitutes from outside the party, whom guests wait for us to let in."""
    rows = SubstituteRequest.objects.waiting().select_related("invitee__meeting").order_by("pk")
    for row in rows:
        url = f"{meeting_url('staff:invitations', row.invitee.meeting)}#o{row.pk}"
        why = f"{row.invitee} vill skicka {row.name}, som inte hör till parten."
        yield Task(
            "Ta ställning till ersättare", row.invitee.meeting.title, url, why, row.invitee.meeting.reply_by
        )


def meetings_that_passed(user: User, now: datetime) -> Iterator[Task]:
    """Meetings whose time is over but which nobody has marked as held, or cancelled."""
    for row in Meeting.objects.filter(state__in=(*UNSENT, MeetingState.INVITED), ends_at__lt=now):
        invited = row.state == MeetingState.INVITED
        verb = "Markera som genomfört" if invited else "Ställ in eller flytta mötet"
        why = "Mötets tid är över." if invited else "Mötets tid är över, men ingen blev inbjuden."
        yield Task(verb, row.title, meeting_url("staff:meeting_detail", row), why, row.ends_at)


def meetings_without_notes(user: User, now: datetime) -> Iterator[Task]:
    """Held meetings that nobody has begun to write about."""
    for row in Meeting.objects.filter(state=MeetingState.HELD, minutes__isnull=True):
        why = f"Mötet hölls {day(row.starts_at)}."
        yield Task("Börja på anteckningarna", row.title, meeting_url("staff:minutes", row), why, row.ends_at)


def minutes_in(state: MinutesState) -> QuerySet[Minutes]:
    return Minutes.objects.filter(state=state).select_related("meeting")


def notes_to_finish(user: User, now: datetime) -> Iterator[Task]:
    """Drafts that are still being written."""
    for row in minutes_in(MinutesState.DRAFT):
        why = (
            f"Rättelse: {row.correction}" if row.correction else f"Mötet hölls {day(row.meeting.starts_at)}."
        )
        yield Task(
            "Skriv klart anteckningarna", row.meeting.title, meeting_url("staff:minutes", row.meeting), why
        )


def notes_to_approve(user: User, now: datetime) -> Iterator[Task]:
    """Notes that wait for an approver who has had no hand in them since the last edition."""
    rows = list(minutes_in(MinutesState.CIRCULATED))
    wrote = authors_of(rows)
    for row in rows:
        own = user in wrote[row.pk]
        own_words = "Du har skrivit i dem eller ändrat uppgifter, så någon annan fastställer."
        why = own_words if own else "Läs och fastställ, eller öppna dem igen."
        url = meeting_url("staff:minutes", row.meeting)
        yield Task("Fastställ anteckningarna", row.meeting.title, url, why, mine=not own)


def notes_to_distribute(user: User, now: datetime) -> Iterator[Task]:
    """Approved notes that the participants have not got."""
    for row in minutes_in(MinutesState.APPROVED):
        why = "De är fastställda men inte utskickade till deltagarna."
        yield Task(
            "Skicka ut anteckningarna", row.meeting.title, meeting_url("staff:minutes", row.meeting), why
        )


def notes_to_publish(user: User, now: datetime) -> Iterator[Task]:
    """Distributed notes that the public cannot read yet."""
    for row in minutes_in(MinutesState.DISTRIBUTED):
        why = "De är utskickade men inte publicerade."
        yield Task(
            "Publicera anteckningarna", row.meeting.title, meeting_url("staff:minutes", row.meeting), why
        )


def letters_that_bounced(user: User, now: datetime) -> Iterator[Task]:
    """Letters that came back from a server which had taken them: most often the post has a new holder."""
    rows = Letter.objects.visible_to(user).needs_a_person().filter(state=State.BOUNCED).order_by("pk")
    for row in rows.only("pk", "name", "address"):
        url = reverse("staff:letter", args=[row.pk])
        yield Task("Ta reda på vem som har efterträtt", row.name or row.address, url, "Brevet dit studsade.")


def calendar_replies_to_read(user: User, now: datetime) -> Iterator[Task]:
    """What came from people's calendars but is no answer yet."""
    rows = CalendarReply.objects.needs_a_person(now).select_related("invitee__meeting")
    for row in rows:
        url, meeting = reverse("staff:reply_note", args=[row.invitee_id]), row.invitee.meeting
        yield Task("Läs kalendersvaret", f"{row.invitee}, {meeting}", url, row.why, meeting.reply_by)


def letters_that_failed(user: User, now: datetime) -> Iterator[Task]:
    """Letters that will not get through by themselves, gathered by what they are about."""
    rows = (
        Letter.objects.visible_to(user)
        .needs_a_person()
        .filter(state=State.FAILED)
        .order_by()
        .values_list("campaign")
        .annotate(Count("pk"))
    )
    piles = dict(rows.order_by("campaign"))
    titles = {row.campaign: row.title for row in Meeting.objects.filter(pk__in=meeting_ids(piles))}
    for campaign, number in piles.items():
        url = f"{reverse('staff:outbox')}?campaign={campaign}"
        verb = "Rätta brevet" if number == 1 else "Rätta breven"
        why = f"{count(number, 'brev,brev')} kom inte fram."
        yield Task(verb, titles.get(campaign, "övriga brev"), url, why)


def meeting_ids(campaigns: Any) -> list[int]:
    """The numbers of the meetings that campaigns like `meeting:12` belong to."""
    pairs = (campaign.partition(":") for campaign in campaigns)
    return [int(number) for kind, _, number in pairs if kind == "meeting" and number.isdecimal()]


def letters_on_hold(user: User, now: datetime) -> Iterator[Task]:
    """Mailings that somebody has asked the portal to keep for now; when all letters are kept, a banner says so."""
    for row in Hold.objects.exclude(campaign=""):
        yield Task(
            "Släpp breven", "Ett utskick", f"{reverse('staff:outbox')}?campaign={row.campaign}", row.reason
        )


def promised_accounts(user: User, now: datetime) -> Iterator[Task]:
    """Invitations to accounts: those that can still be used are waited for, those that ran out are sent again."""
    recent = now - FORGET_AFTER
    rows = StaffInvitation.objects.filter(
        accepted_at=None, link__revoked_at=None, link__expires_at__gt=recent
    )
    taken = User.objects.filter(email=OuterRef("email"))
    for row in rows.exclude(Exists(taken)).select_related("link"):
        over = row.link.expires_at <= now
        url = reverse("staff:account_invite" if over else "staff:account_list")
        why = "Länken hann gå ut." if over else "Inbjudan är skickad men inte använd."
        yield Task(
            "Bjud in igen" if over else "Invänta svar", row.name, url, why, row.link.expires_at, mine=over
        )


def own_second_factor(user: User, now: datetime) -> Iterator[Task]:
    """An administrator's account opens every other account, so it should take more than a password."""
    if not factors().filter(user=user).exists():
        why = "Ditt konto kan släppa in andra och behöver mer än ett lösenord."
        yield Task("Slå på tvåstegsverifiering", "ditt konto", reverse("mfa_index"), why)


KINDS = (
    Kind(plans_with_gaps, "staff:meeting_detail", "staff:meeting_change"),
    Kind(agendas_to_settle, "staff:agenda", "staff:agenda_step"),
    Kind(invitations_to_send, "staff:letters_preview", "staff:letters_send"),
    Kind(silent_invitees, "staff:invitations", "staff:letters_send"),
    Kind(contradictory_answers, "staff:invitations", "staff:reply_note"),
    Kind(substitute_requests, "staff:invitations", "staff:substitute_decide"),
    Kind(meetings_that_passed, "staff:meeting_detail", "staff:meeting_hold"),
    Kind(meetings_without_notes, "staff:minutes", "staff:minutes_start"),
    Kind(notes_to_finish, "staff:minutes", "staff:minutes_circulate"),
    Kind(notes_to_approve, "staff:minutes", "staff:minutes_approve"),
    Kind(notes_to_distribute, "staff:minutes", "staff:minutes_distribute"),
    Kind(notes_to_publish, "staff:minutes", "staff:minutes_publish"),
    Kind(letters_that_failed, "staff:outbox", "staff:letter_correct"),
    Kind(letters_that_bounced, "staff:outbox", "staff:letter_correct"),
    Kind(calendar_replies_to_read, "staff:reply_note", "staff:reply_note"),
    Kind(letters_on_hold, "staff:outbox", "staff:outbox_hold"),
    Kind(promised_accounts, "staff:account_list", "staff:account_invite"),
    Kind(own_second_factor, "staff:account_list", "mfa_activate_totp"),
)


def tasks_for(user: User, now: datetime) -> tuple[list[Task], list[Task]]:
    """What the person should do next, and what waits for others; the most urgent first."""
    found = [task for kind in KINDS if may_see(user, kind) for task in of_kind(kind, user, now)]
    found.sort(key=lambda task: (task.due is None, task.due or now, task.about))
    return [task for task in found if task.mine], [task for task in found if not task.mine]


def of_kind(kind: Kind, user: User, now: datetime) -> Iterator[Task]:
    """The tasks of one kind, as this person meets them."""
    rule = rule_for(kind.step)
    may = rule is not None and user.role in rule.act
    for task in kind.find(user, now):
        why = task.why if may or not task.mine else f"{task.why} Väntar på {somebody(kind.step)}."
        yield replace(task, mine=task.mine and may, why=why, late=task.due is not None and task.due < now)


def may_see(user: User, kind: Kind) -> bool:
    rule = rule_for(kind.page)
    return rule is not None and user.role in rule.see


def somebody(step: str) -> str:
    """`en handläggare eller godkännare`: whom a step waits for."""
    rule = rule_for(step)
    return "en " + " eller ".join(str(role.label) for role in Role if rule and role in rule.act)
