"""The tasks on the start page: one function for each kind of task, one file for each subject.

Each function reads the rows of its kind in a fixed number of queries. Who sees a kind of task, and who can do it, is
read from the permission table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dialog_portal.access.models import Role, User
from dialog_portal.access.permissions import rule_for
from dialog_portal.dashboard.tasks import (
    accounts,
    letters,
    minutes,
    pending_letters,
    planning,
    public_site,
    replies,
)
from dialog_portal.dashboard.tasks.task import Task, TaskKind
from meetings.models import Meeting

TASK_KINDS = (
    TaskKind(pending_letters.letters_to_send_after_change, "staff:letters_preview", "staff:letters_send"),
    TaskKind(planning.plans_with_gaps, "staff:meeting_detail", "staff:meeting_change"),
    TaskKind(planning.agendas_to_settle, "staff:agenda", "staff:agenda_step"),
    TaskKind(planning.invitations_to_send, "staff:letters_preview", "staff:letters_send"),
    TaskKind(planning.late_invitations, "staff:letters_preview", "staff:letters_send"),
    TaskKind(planning.lists_behind_register, "staff:invitations", "staff:invitees_refresh"),
    TaskKind(replies.silent_invitees, "staff:invitations", "staff:letters_send"),
    TaskKind(replies.contradictory_answers, "staff:invitations", "staff:reply_note"),
    TaskKind(replies.letters_to_read, "staff:invitations", "staff:mail_read"),
    TaskKind(replies.substitute_requests, "staff:invitations", "staff:substitute_decide"),
    TaskKind(planning.meetings_that_passed, "staff:meeting_detail", "staff:meeting_hold"),
    TaskKind(minutes.meetings_without_notes, "staff:minutes", "staff:minutes_start"),
    TaskKind(minutes.notes_to_finish, "staff:minutes", "staff:minutes_circulate"),
    TaskKind(minutes.notes_to_approve, "staff:minutes", "staff:minutes_approve", four_eyes=True),
    TaskKind(minutes.notes_to_distribute, "staff:minutes", "staff:minutes_distribute"),
    TaskKind(minutes.notes_to_publish, "staff:minutes", "staff:minutes_publish"),
    TaskKind(minutes.editions_with_protected_names, "staff:protected_name", "staff:protected_name"),
    TaskKind(public_site.texts_to_publish, "staff:public_text", "staff:public_text_publish"),
    TaskKind(public_site.statement_to_renew, "staff:public_text", "staff:public_text_change"),
    TaskKind(public_site.reports_to_answer, "staff:accessibility_report", "staff:accessibility_report"),
    TaskKind(letters.letters_that_failed, "staff:outbox", "staff:letter_correct"),
    TaskKind(letters.letters_that_bounced, "staff:outbox", "staff:letter_correct"),
    TaskKind(replies.calendar_replies_to_read, "staff:reply_note", "staff:reply_note"),
    TaskKind(letters.letters_on_hold, "staff:outbox", "staff:outbox_release"),
    TaskKind(accounts.account_invitations, "staff:account_list", "staff:account_invite"),
    TaskKind(accounts.missing_second_factor, "staff:account_list", "mfa_activate_totp"),
)


def tasks_for(user: User, now: datetime) -> tuple[list[Task], list[Task]]:
    """Return two lists: the tasks that the person may do, and tasks that wait for others.

    What the person may do includes tasks of colleagues' meetings, which `Task.belongs_to` tells apart.

    Tasks about letters come first, then those with the earliest due time, then those without one.
    """
    found = [task for kind in TASK_KINDS if may_see(user, kind) for task in tasks_of_kind(kind, user, now)]
    found = with_officers(found)
    found.sort(key=lambda task: (-task.letters, task.due is None, task.due or now, task.about))
    return [task for task in found if task.mine], [task for task in found if not task.mine]


def own_tasks(user: User, now: datetime) -> list[Task]:
    """Return the tasks that are the person's own to do, without those of colleagues' meetings."""
    mine, _ = tasks_for(user, now)
    return [task for task in mine if task.belongs_to in (None, user.pk)]


def with_officers(tasks: list[Task]) -> list[Task]:
    """Return the tasks with the officers who have their meetings, in one query."""
    pks = {task.meeting for task in tasks if task.meeting}
    rows = Meeting.objects.filter(pk__in=pks, officer__is_active=True).select_related("officer")
    officers = {row.pk: row.officer for row in rows}
    return [with_officer(task, officers.get(task.meeting or 0)) for task in tasks]


def with_officer(task: Task, officer: User | None) -> Task:
    """Return the task as its meeting's officer's when their role may do it, else as everybody's whose role may."""
    theirs = officer if officer and officer.role in task.roles else None
    return replace(task, officer=officer, belongs_to=theirs.pk if theirs else None)


def tasks_of_kind(kind: TaskKind, user: User, now: datetime) -> Iterator[Task]:
    """Yield the tasks of one kind; those that the person's role may not do say which role they wait for."""
    rule = rule_for(kind.step)
    may = rule is not None and user.role in rule.act
    for task in kind.find(user, now):
        why = task.why if may or not task.mine else f"{task.why} Väntar på {roles_in_words(kind.step)}."
        roles = rule.act if rule and not kind.four_eyes else frozenset[str]()
        late = task.due is not None and task.due < now
        yield replace(task, mine=task.mine and may, why=why, late=late, roles=roles)


def may_see(user: User, kind: TaskKind) -> bool:
    """Return whether the user's role may see the page that the tasks are about."""
    rule = rule_for(kind.page)
    return rule is not None and user.role in rule.see


def roles_in_words(step: str) -> str:
    """Return the roles that may take a step, in Swedish: "en handläggare eller godkännare"."""
    rule = rule_for(step)
    return "en " + " eller ".join(str(role.label) for role in Role if rule and role in rule.act)
