"""Letters that are never lost: the row is the truth, already rendered, and a worker only carries it out."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class State(models.TextChoices):
    QUEUED = "queued", "i kö"
    SENDING = "sending", "skickas"
    ACCEPTED = "accepted", "lämnad"
    RETRYING = "retrying", "väntar på nytt försök"
    FAILED = "failed", "misslyckad"
    BOUNCED = "bounced", "studsad"
    STOPPED = "stopped", "stoppad"


NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.STOPPED, State.FAILED}),
    State.SENDING: frozenset({State.SENDING, State.ACCEPTED, State.RETRYING, State.FAILED, State.STOPPED}),
    State.RETRYING: frozenset({State.SENDING, State.STOPPED, State.FAILED}),
    State.ACCEPTED: frozenset({State.BOUNCED}),
    State.FAILED: frozenset({State.RETRYING, State.STOPPED}),
    State.BOUNCED: frozenset(),
    State.STOPPED: frozenset(),
}
WAITING = (State.QUEUED, State.SENDING, State.RETRYING)


class Priority(models.IntegerChoices):
    URGENT = 0, "brådskande"  # receipts, cancellations, changed times: somebody is waiting
    NORMAL = 5, "vanlig"
    BULK = 9, "kan vänta"


class Host(models.Model):
    """The relay that letters leave through: how much it bears, and whether it answers just now."""

    name = models.CharField(max_length=200, unique=True)
    connections = models.PositiveSmallIntegerField(default=2)
    per_minute = models.PositiveIntegerField(default=25)
    allowance = models.FloatField(default=0)  # letters that may leave now; refilled by the minute's share
    allowance_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    closed_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Hold(models.Model):
    """Letters of one campaign that must not leave for now; an empty campaign holds everything (after a restore)."""

    campaign = models.CharField(max_length=80, blank=True, unique=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.campaign or "allt"


class Letter(models.Model):
    """One logical letter to one address: same bytes, Message-ID and Date however often it must be tried."""

    key = models.CharField(max_length=200, unique=True, help_text="purpose:meeting:recipient:version")
    purpose = models.CharField(max_length=40)
    campaign = models.CharField(max_length=80, blank=True, db_index=True, help_text="what it belongs to, as meeting:12")
    name = models.CharField(max_length=200)
    address = models.EmailField()
    subject = models.CharField(max_length=250)
    message_id = models.CharField(max_length=200, unique=True)
    envelope_from = models.EmailField(max_length=254)
    raw = models.BinaryField(null=True, blank=True, help_text="the encrypted bytes; gone once accepted")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    created = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    deadline = models.DateTimeField(help_text="when the content is useless, at most 72 hours after it was due")
    attempts_made = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0, help_text="rises with each claim; a late worker's is too low")
    lease_until = models.DateTimeField(null=True, blank=True)
    last_code = models.CharField(max_length=20, blank=True)
    last_text = models.TextField(blank=True)
    maybe_twice = models.BooleanField(default=False, help_text="an attempt ended without a known outcome")
    accepted_at = models.DateTimeField(null=True, blank=True)
    told_otherwise = models.CharField(max_length=200, blank=True, help_text="how staff told the person instead")
    sender = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=State.values), name="letter_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_at__isnull=False), name="letter_accepted_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("accepted", "bounced", "stopped")) | Q(raw__isnull=False),
                name="letter_keeps_its_bytes_until_accepted",
            ),
        )
        indexes = (
            models.Index(
                F("priority"), F("due_at"), name="letter_due", condition=Q(state__in=("queued", "sending", "retrying"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} till {self.name}"

    @property
    def waits(self) -> bool:
        return self.state in WAITING


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "lämnad till mottagarens server"
    SOFT = "soft", "mottagarens server bad oss försöka igen"
    HOST = "host", "servern svarar inte"
    UNKNOWN = "unknown", "okänt utfall"
    ADDRESS = "address", "adressen finns inte"
    POLICY = "policy", "servern vägrar ta emot"
    WITHDRAWN = "withdrawn", "stoppad innan den lämnats"


class Attempt(models.Model):
    """One try. The row is committed before the first byte leaves, so a try that nobody finished can be seen."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="attempts")
    fence = models.PositiveIntegerField()
    worker = models.CharField(max_length=80)
    started = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    code = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    late = models.BooleanField(default=False, help_text="finished after its lease: noted, but nothing was changed")

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("letter", "fence"), name="attempt_once_per_claim"),)

    def __str__(self) -> str:
        return f"{self.letter_id} #{self.fence} {self.outcome}"


class LetterStep(models.Model):
    """What a person did with a letter: tried now, corrected, stopped, told in another way."""

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
