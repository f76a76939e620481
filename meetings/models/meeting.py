"""Meetings: when, where, with whom, and how far each has come; and groups of parties that meet together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.states import Step
from dialog_portal.base.typed_columns import LineColumn, ParagraphsColumn
from dialog_portal.base.typed_text import one_line
from meetings.models.round import Round
from meetings.models.time_and_place import place_in_words
from parties.models import MAX_SEATS, Category, Party


class MeetingState(models.TextChoices):
    """How far a meeting has come; NEXT says which steps are allowed."""

    PLANNED = "planned", "planerat"
    ANNOUNCED = "announced", "aviserat"
    INVITED = "invited", "inbjudet"
    HELD = "held", "genomfört"
    CANCELLED = "cancelled", "inställt"


# A meeting that was arranged by telephone has no invitation in the portal and can still be held
MEETING_NEXT: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.PLANNED: frozenset(
        {MeetingState.ANNOUNCED, MeetingState.INVITED, MeetingState.HELD, MeetingState.CANCELLED}
    ),
    MeetingState.ANNOUNCED: frozenset({MeetingState.INVITED, MeetingState.HELD, MeetingState.CANCELLED}),
    MeetingState.INVITED: frozenset({MeetingState.HELD, MeetingState.CANCELLED}),
    MeetingState.HELD: frozenset(),
    MeetingState.CANCELLED: frozenset(),
}


CAMPAIGN = "meeting:"


class Group(Versioned):
    """Parties that meet together in one year; one of them is the host."""

    # Tables are migrated before the programs are replaced, and old programs insert rows without a version
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="groups")
    name = LineColumn("grupp", max_length=80, validators=[one_line])
    host = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="värd"
    )
    parties = models.ManyToManyField(Party, verbose_name="parter", related_name="groups", blank=True)

    class Meta:
        verbose_name = "grupp"
        verbose_name_plural = "grupper"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("round", "name"), name="group_name_once_per_round"),)

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def coming(self) -> Self:
        """Return meetings that are not cancelled and have not ended, soonest first."""
        return (
            self.exclude(state=MeetingState.CANCELLED)
            .filter(ends_at__gte=timezone.now())
            .order_by("starts_at")
        )

    def known_to_nobody(self) -> Self:
        """Return planned meetings that nobody outside has heard of: no letter, no answer, nothing noted about them."""
        planned = self.filter(state=MeetingState.PLANNED, letters=None, attendees=None, minutes=None)
        return planned.exclude(invitees__replies__isnull=False)

    def with_names(self) -> Self:
        """Fetch the round, host and categories that every list shows."""
        return self.select_related("round", "host").prefetch_related("categories")

    def of_campaigns(self, campaigns: Iterable[str]) -> Self:
        """Return the meetings whose letters have one of these campaign names in the outbox; see `Meeting.campaign`."""
        name = Concat(Value(CAMPAIGN), Cast("pk", models.CharField()))
        return self.alias(campaign_name=name).filter(campaign_name__in=list(campaigns))

    def with_letters(self) -> Self:
        """Fetch what the letters about a meeting say."""
        return self.select_related("round", "agenda").prefetch_related(
            "agenda__items", "wordings", "round__wordings", "times_and_places"
        )


def new_uid() -> str:
    """Return a random UUID as text."""
    return str(uuid.uuid4())


class Meeting(Versioned):
    """A dialogue meeting (dialogmöte).

    Its UID in calendars never changes; its sequence number rises with each change of time or place.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="meetings", verbose_name="omgång")
    title = LineColumn("rubrik", max_length=160, validators=[one_line])
    slug = models.SlugField("adressord", max_length=80)
    categories = models.ManyToManyField(
        Category, verbose_name="kategorier", related_name="meetings", blank=True
    )
    group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="meetings", verbose_name="grupp"
    )
    host = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="hosted", verbose_name="värd"
    )
    starts_at = models.DateTimeField("börjar")
    ends_at = models.DateTimeField("slutar")
    venue = LineColumn("lokal", max_length=120, blank=True, validators=[one_line])
    room = LineColumn("sal", max_length=80, blank=True, validators=[one_line])
    street = LineColumn("gatuadress", max_length=160, blank=True, validators=[one_line])
    town = LineColumn("ort", max_length=80, blank=True, db_default="", validators=[one_line])
    online = models.URLField("länk till digitalt möte", blank=True, max_length=500)
    serves_meal = models.BooleanField("vi bjuder på mat", default=False)
    seats = models.PositiveSmallIntegerField(
        "platser per part", default=3, validators=[MinValueValidator(1), MaxValueValidator(MAX_SEATS)]
    )
    reply_by = models.DateTimeField("svar senast")
    message = ParagraphsColumn(
        "hälsning i inbjudan", blank=True, max_length=4000, help_text="Några meningar överst i brevet."
    )
    diary_number = LineColumn(
        "diarienummer",
        max_length=40,
        blank=True,
        validators=[one_line],
        help_text="Till exempel KN 2019/123.",
    )
    outside_reference = LineColumn(
        "yttre beteckning",
        max_length=40,
        blank=True,
        validators=[one_line],
        help_text="Till exempel AKTNR 2605-10597.",
    )
    officer = models.ForeignKey(
        "access.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="ansvarig handläggare",
    )
    state = models.CharField("läge", max_length=10, choices=MeetingState, default=MeetingState.PLANNED)
    uid = models.CharField(max_length=60, unique=True, default=new_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    letter_version = models.PositiveIntegerField(
        default=1, editable=False, help_text="rises when time or place changes"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "dialogmöte"
        verbose_name_plural = "dialogmöten"
        ordering = ("starts_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("round", "slug"), name="meeting_slug_once_per_round"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(reply_by__lte=F("starts_at")), name="meeting_replies_before_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=MAX_SEATS), name="meeting_seats_are_sane"
            ),
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_is_known"),
        )
        indexes = (models.Index(fields=("ends_at",), name="meeting_by_end"),)

    def __str__(self) -> str:
        return self.title

    @property
    def where(self) -> str:
        """The place in one line: venue, room, street, town; or that it is held online."""
        return place_in_words(self)

    @property
    def campaign(self) -> str:
        """The name that the meeting's letters have in common in the outbox."""
        return f"{CAMPAIGN}{self.pk}"

    @property
    def length(self) -> int:
        """The number of minutes from start to end."""
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1))

    @property
    def cancelled(self) -> bool:
        """Whether the meeting is cancelled."""
        return self.state == MeetingState.CANCELLED

    @property
    def cancelled_because(self) -> str:
        """The reason that was given when the meeting was cancelled, else empty."""
        last = self.steps.filter(after=MeetingState.CANCELLED).last() if self.cancelled else None
        return last.reason if last else ""

    @property
    def has_begun(self) -> bool:
        """Whether the time at which the meeting starts has come."""
        return self.starts_at <= timezone.now()

    def is_open_for_answers(self, now: datetime) -> bool:
        """Return whether guests may answer: until `reply_by`, unless the meeting is held or cancelled."""
        return now < self.reply_by and self.state in (
            MeetingState.PLANNED,
            MeetingState.ANNOUNCED,
            MeetingState.INVITED,
        )


class MeetingStep(Step):
    """One change of a meeting's state."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="steps")
