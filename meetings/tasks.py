"""Celery tasks of the meetings, started by the clock or by a request."""

from celery import shared_task

from dialog_portal.outbox.inbox import read_mailbox as mailbox
from dialog_portal.outbox.requested_letters import write_requested_letters
from meetings.invitations.actions import resend_link
from meetings.invitations.letters.lost_links import LINKS_REQUESTED
from meetings.mailings.actions import due_reminders
from meetings.replies.actions import calendar_replies, mail_to_read, needs

READING_SECONDS = 240  # twice the longest visit to the mailbox


@shared_task(name="meetings.read_mailbox", soft_time_limit=READING_SECONDS, time_limit=READING_SECONDS + 60)
def read_mailbox() -> None:
    """Read new letters in the mailbox: calendar answers, letters for staff to read, and letters that bounced."""
    mailbox.read_new_letters([calendar_replies.read_calendar_reply, mail_to_read.read_letter])


@shared_task(name="meetings.forget_needs")
def forget_needs() -> None:
    """Erase food and access needs that are too old."""
    needs.erase_old_needs()


@shared_task(name="meetings.send_due")
def send_reminders() -> None:
    """Send the automatic reminders that are due."""
    due_reminders.send_due_reminders()


@shared_task(name="meetings.send_links")
def send_links() -> None:
    """Send lost links to those who asked for them and are invited."""
    write_requested_letters(LINKS_REQUESTED, resend_link.resend_links)
