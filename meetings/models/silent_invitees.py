"""Which invited people are silent: those without an answer that counts. Reminders to answer go to them alone.

Who of them had an invitation is in mailings/letters/recipients.py, and how often they are asked in
mailings/reminder_interval.py.
"""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When

from meetings.models.reply import Answer, Reply

InviteeRow = TypeVar("InviteeRow", bound=models.Model)


class SilentInvitees(models.QuerySet[InviteeRow]):
    """The part of the query set of invited people that knows who has answered."""

    def with_answer(self) -> Self:
        """Add `current_answer` and `answered_at`: the last confirmed answer, whatever channel it came by.

        Who handed over to a substitute who is off the list counts as not having answered, as in
        `meetings.replies.reply_status.counting_reply`.
        """
        deputies = self.model._default_manager.filter(
            withdrawn_at__isnull=True, substitute_for=OuterRef("invitee")
        )
        void = Q(answer=Answer.SUBSTITUTE) & ~Exists(deputies)
        newest = Reply.objects.filter(invitee=OuterRef("pk"), confirmed=True).order_by("-pk")
        return self.annotate(
            current_answer=Subquery(
                newest.values(said=Case(When(void, then=Value(None)), default=F("answer")))[:1]
            ),
            answered_at=Subquery(newest.values(when=Case(When(void, then=Value(None)), default=F("at")))[:1]),
        )

    def silent(self) -> Self:
        """Return those who have not answered, or whose substitute is off the list: they get reminders."""
        return self.with_answer().filter(current_answer=None)
