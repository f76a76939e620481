"""Letters that are never lost: the row is the truth, already rendered, and a worker only carries it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from dialog_portal.outbox.tally import Tally


class State(models.TextChoices):
    QUEUED = "queued", "i kö"
    SENDING = "sending", "skickas"
    ACCEPTED = "accepted", "lämnat"
    RETRYING = "retrying", "väntar på nytt försök"
    FAILED = "failed", "misslyckat"
    BOUNCED = "bounced", "studsat"
    STOPPED = "stopped", "stoppat"


# A letter that was stopped while it was being sent may turn out to have left: the truth wins, also when somebody has
# put it back in the queue meanwhile.
LETTER_NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.STOPPED, State.FAILED, State.ACCEPTED}),
    State.SENDING: frozenset(
        {State.SENDING, State.QUEUED, State.ACCEPTED, State.RETRYING, State.FAILED, State.STOPPED}
    ),
    State.RETRYING: frozenset({State.SENDING, State.STOPPED, State.FAILED, State.ACCEPTED}),
    State.ACCEPTED: frozenset({State.BOUNCED}),
    State.FAILED: frozenset({State.RETRYING, State.STOPPED, State.ACCEPTED}),
    State.BOUNCED: frozenset(),
    State.STOPPED: frozenset({State.QUEUED, State.ACCEPTED}),
}
TONES = {
    State.ACCEPTED: "good",
    State.FAILED: "bad",
    State.BOUNCED: "bad",
    State.STOPPED: "neutral",
    State.QUEUED: "wait",
    State.SENDING: "wait",
    State.RETRYING: "wait",
}
WAITING = (State.QUEUED, State.SENDING, State.RETRYING)
# The purpose of letters about accounts. They may hold a way into one, or warn its owner, so no person reads their text,
# keeps them from leaving or sends them elsewhere (docs/adr/0018); that they exist is for administrators' eyes only
CONFIDENTIAL = "konto"


class Priority(models.IntegerChoices):
    URGENT = 0, "brådskande"  # receipts, cancellations, changed times: somebody is waiting
    NORMAL = 5, "vanlig"
    BULK = 9, "kan vänta"


class Host(models.Model):
    """The relay that letters leave through: whether it answers, and what it said when it did not."""

    name = models.CharField(max_length=200, unique=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="times in a row that it did not answer")
    closed_until = models.DateTimeField(null=True, blank=True)
    refusals = models.PositiveSmallIntegerField(
        default=0, help_text="letters in a row that it would not take from us"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="waits for a person")
    trouble = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def doubtful(self) -> bool:
        """Whether the last thing heard was trouble: then one letter at a time tries it."""
        return bool(self.failures or self.refusals)


class Hold(models.Model):
    """Letters of one campaign that must not leave for now; an empty campaign holds everything (after a restore)."""

    campaign = models.CharField(max_length=80, blank=True, unique=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.campaign or "allt"


def is_held() -> Q:
    """Whether somebody holds the letter's campaign, or everything. Letters about accounts are never held."""
    held = Exists(Hold.objects.filter(Q(campaign="") | Q(campaign=OuterRef("campaign"))))
    return ~Q(purpose=CONFIDENTIAL) & Q(held)


def may_have_begun(letter: str) -> Exists:
    """Whether a letter's text may have begun to leave; the letter is what the column of the outer query points at.

    A worker that was refused, or found the letter stopped, has told nobody. Of a letter that this transaction has
    stopped the answer never misses one that leaves, because a worker that begins locks the letter first; it includes
    one that began, and whose recipient the server is still considering.
    """
    tries = Attempt.objects.filter(letter=OuterRef(letter), started__isnull=False)
    return Exists(tries.filter(outcome__in=("", Outcome.UNKNOWN, Outcome.ACCEPTED)))


# Accepted without an answer from a server: no server was set, so the letter has gone no further than the outbox
KEPT = Q(state=State.ACCEPTED, last_code="")


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> LetterQuerySet:
        """Letters that have not yet left and are still meant to."""
        return self.filter(state__in=WAITING)

    def due(self, now: datetime) -> LetterQuerySet:
        """What may leave now: not held, in time, and claimed by no worker, or by one whose lease is over."""
        free = Q(state__in=(State.QUEUED, State.RETRYING), due_at__lte=now) | Q(
            state=State.SENDING, lease_until__lte=now
        )
        return self.waiting().filter(free, ~is_held(), deadline__gt=now).order_by("priority", "due_at", "pk")

    def out_of_hands(self, now: datetime) -> LetterQuerySet:
        """Leave out what a worker is sending: its lease is not over, and what it sees is the truth."""
        return self.exclude(state=State.SENDING, lease_until__gt=now)

    def may_have_left(self) -> LetterQuerySet:
        """Those that somebody may have read: accepted, claimed by a worker, or broken off without our knowing how."""
        unread = Q(state__in=(State.QUEUED, State.RETRYING, State.FAILED), maybe_twice=False)
        return self.exclude(unread | Q(state=State.STOPPED) & ~may_have_begun("pk"))

    def except_accounts(self) -> LetterQuerySet:
        """Letters that a person may read, hold and stop: all but those about accounts."""
        return self.exclude(purpose=CONFIDENTIAL)

    def visible_to(self, user: Any) -> LetterQuerySet:
        """Which letters somebody knows of: administrators of those about accounts, and only those."""
        if user.role == "administrator":
            return self.filter(purpose=CONFIDENTIAL)
        return self.except_accounts()

    def needs_a_person(self) -> LetterQuerySet:
        """Letters that nothing more will happen to by itself, and whose reader nobody has reached another way."""
        return self.filter(state__in=(State.FAILED, State.BOUNCED), told_otherwise="")

    def left(self) -> LetterQuerySet:
        """Letters that a mail server has taken, and that have not come back."""
        return self.filter(state=State.ACCEPTED).exclude(KEPT)

    def kept(self) -> LetterQuerySet:
        """Letters that were kept in the outbox because no mail server was set: their addressees have not got them."""
        return self.filter(KEPT)

    def tally(self, campaign: str | None = None) -> Tally:
        """How many there are of each; of one campaign, or of all."""
        rows = self if campaign is None else self.filter(campaign=campaign)
        # Read from the index alone
        counts = dict(rows.order_by().values_list("state").annotate(number=Count("*")))
        return Tally(
            created=sum(counts.values()),
            accepted=counts.get(State.ACCEPTED, 0),
            waiting=sum(counts.get(state, 0) for state in WAITING),
            failed=counts.get(State.FAILED, 0),
            bounced=counts.get(State.BOUNCED, 0),
            stopped=counts.get(State.STOPPED, 0),
            kept=rows.order_by().kept().count() if counts.get(State.ACCEPTED) else 0,
        )


class Letter(models.Model):
    """One logical letter to one address: same bytes, Message-ID and Date however often it must be tried."""

    key = models.CharField(max_length=200, unique=True, help_text="purpose:meeting:recipient:version")
    purpose = models.CharField(max_length=40)
    campaign = models.CharField(
        max_length=80, blank=True, db_index=True, help_text="what it belongs to, as meeting:12"
    )
    name = models.CharField(max_length=200)
    address = models.EmailField()
    subject = models.CharField(max_length=250)
    message_id = models.CharField(max_length=200, unique=True)
    envelope_from = models.EmailField(max_length=254)
    raw = models.BinaryField(
        null=True, blank=True, help_text="the encrypted bytes; gone once accepted, or of no use any more"
    )
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    created = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    useful_until = models.DateTimeField(help_text="after this nobody is helped by the letter")
    deadline = models.DateTimeField(
        help_text="when staff are told that it did not get through: at most 72 hours of trying"
    )
    attempts_made = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(
        default=0, help_text="rises with each claim; a late worker's is too low"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(
        max_length=80, blank=True, help_text="whose hands it is in while it is being sent"
    )
    last_code = models.CharField(max_length=20, blank=True)
    last_text = models.TextField(blank=True)
    maybe_twice = models.BooleanField(default=False, help_text="an attempt ended without a known outcome")
    accepted_at = models.DateTimeField(null=True, blank=True)
    told_otherwise = models.CharField(
        max_length=200, blank=True, help_text="how staff told the person instead"
    )
    sender = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until__isnull=False),
                name="letter_in_hands_has_a_lease",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False),
                name="letter_accepted_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("queued", "sending", "retrying")) | Q(raw__isnull=False),
                name="letter_that_may_leave_has_its_bytes",
            ),
        )
        indexes = (
            models.Index(
                F("priority"),
                F("due_at"),
                name="letter_due",
                condition=Q(state__in=("queued", "sending", "retrying")),
            ),
            models.Index(F("lease_until"), name="letter_in_hands", condition=Q(state="sending")),
            models.Index(fields=("state", "campaign", "purpose"), name="letter_sums"),
            models.Index(fields=("campaign", "purpose"), name="letter_kept", condition=KEPT),
        )

    def __str__(self) -> str:
        return f"{self.subject} till {self.name}"

    @property
    def is_about_account(self) -> bool:
        return self.purpose == CONFIDENTIAL

    @property
    def waits(self) -> bool:
        return self.state in WAITING

    @property
    def is_kept(self) -> bool:
        """Whether no mail server was set, so that the letter has gone no further than the outbox."""
        return self.state == State.ACCEPTED and not self.last_code

    @property
    def state_label(self) -> str:
        """The state as staff read it."""
        return "sparat i utkorgen" if self.is_kept else State(self.state).label

    @property
    def tone(self) -> str:
        """The colour of the state's badge."""
        return "neutral" if self.is_kept else TONES[State(self.state)]

    @property
    def can_be_undone(self) -> bool:
        """Stopped, with its bytes left and its time not yet over."""
        return self.state == State.STOPPED and self.raw is not None and self.useful_until > timezone.now()


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "lämnad till mottagarens server"
    SOFT = "soft", "mottagarens server bad oss försöka igen"
    HOST = "host", "servern svarar inte"
    UNKNOWN = "unknown", "okänt utfall"
    ADDRESS = "address", "adressen finns inte"
    MAILBOX = "mailbox", "brevlådan tar inte emot brevet"
    POLICY = "policy", "servern vägrar ta emot"
    REFUSED = "refused", "servern sade nej, oklart till vem"  # see queue/refusals.py
    WITHDRAWN = "withdrawn", "stoppad innan den lämnats"


class Attempt(models.Model):
    """One try. That its text began is committed before the first byte leaves, so nobody can miss what may have left."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="attempts")
    fence = models.PositiveIntegerField()
    worker = models.CharField(max_length=80)
    claimed = models.DateTimeField(default=timezone.now, db_index=True)
    # When its text may have begun to leave; see queue/begin.py
    started = models.DateTimeField(null=True, blank=True, help_text="none: no byte has left yet")
    ended = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    code = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    late = models.BooleanField(
        default=False, help_text="finished after its lease: noted, but nothing was changed"
    )

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("letter", "fence"), name="attempt_once_per_claim"),)

    def __str__(self) -> str:
        return f"{self.letter_id} #{self.fence} {self.outcome}"


class LetterStep(models.Model):
    """What was decided of a letter: stopped, given up, tried now, corrected, its person told in another way."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="steps")
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}"


class Pulse(models.Model):
    """When a worker or beat was last heard."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class IncomingKind(models.TextChoices):
    """What a letter in the portal's own mailbox turned out to be."""

    BOUNCED = "bounced", "studs"
    DELAYED = "delayed", "besked om försening"
    REPORT = "report", "annan leveransrapport"
    FORGED = "forged", "leveransrapport utan giltig signatur"
    ANSWER = "answer", "svar från en kalender"
    AUTOMATIC = "automatic", "autosvar"
    PEOPLE = "people", "brev att läsa"
    UNREADABLE = "unreadable", "oläsligt brev"
    COPY = "copy", "kopia"


# Nothing there for people to read
DEALT_WITH = (
    IncomingKind.BOUNCED,
    IncomingKind.DELAYED,
    IncomingKind.REPORT,
    IncomingKind.FORGED,
    IncomingKind.ANSWER,
)


class Incoming(models.Model):
    """A letter that was read from the mailbox, once: what it was, and nothing of what its sender wrote."""

    box = models.CharField(max_length=200)
    validity = models.BigIntegerField(help_text="UIDVALIDITY: when it changes, the UIDs mean other letters")
    uid = models.BigIntegerField()
    identity = models.CharField(
        max_length=64, help_text="from Message-ID and body: the same wherever the letter lies"
    )
    kind = models.CharField(max_length=10, choices=IncomingKind)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, blank=True, related_name="reports")
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    filed_at = models.DateTimeField(null=True, blank=True, help_text="when it was moved out of people's way")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("box", "validity", "uid"), name="incoming_once_per_place"),
            models.UniqueConstraint(
                fields=("identity",), condition=~Q(kind="copy"), name="incoming_judged_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=IncomingKind.values), name="incoming_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.uid}"


class Wanted(models.Model):
    """A letter that somebody wants to an address. The page that was asked stores this and knows no more.

    Whether the address leads to a letter is found out afterwards, so the page takes the same time for everybody.
    """

    purpose = models.CharField(max_length=40)
    address = models.EmailField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
