"""Requests for a substitute from outside the party: a guest asks and staff decide."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import one_line
from dialog_portal.outbox.address_field import AddressColumn
from meetings.models.invitee import Invitee
from meetings.models.meeting import MeetingState
from meetings.models.reply import Reply


class SubstituteRequestQuerySet(models.QuerySet["SubstituteRequest"]):
    def waiting(self) -> Self:
        """Return requests to decide about: the meeting is ahead, and the guest has not answered otherwise since."""
        since = Reply.objects.filter(invitee=OuterRef("invitee"), confirmed=True, at__gt=OuterRef("at"))
        return self.filter(
            ~Exists(since),
            decided_at=None,
            invitee__withdrawn_at=None,
            invitee__meeting__starts_at__gt=timezone.now(),
        ).exclude(invitee__meeting__state__in=(MeetingState.HELD, MeetingState.CANCELLED))

    def refused_since(self, at: datetime | None) -> SubstituteRequest | None:
        """Return the last request that staff refused after that time, or at any time when it is None."""
        refused = self.filter(approved=False, **({"decided_at__gt": at} if at else {}))
        return refused.order_by("decided_at").last()


class SubstituteRequest(models.Model):
    """A guest's request for a substitute from outside the party; a new request replaces the one that waits."""

    invitee = models.ForeignKey(Invitee, models.CASCADE, related_name="substitute_requests")
    name = LineColumn("namn", max_length=80, validators=[one_line])
    email = AddressColumn("e-postadress")
    at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True, blank=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = SubstituteRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "önskad ersättare"
        verbose_name_plural = "önskade ersättare"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("invitee",), condition=Q(decided_at__isnull=True), name="substitute_request_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, approved__isnull=True, by__isnull=True)
                | Q(decided_at__isnull=False, approved__isnull=False, by__isnull=False),
                name="substitute_request_decided_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} i stället för {self.invitee}"
