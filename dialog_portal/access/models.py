"""Staff accounts with their roles, and invitations to accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from dialog_portal.base import audit, authorship  # noqa: F401  their tables belong to this app
from dialog_portal.base.swedish import swedish
from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import one_line
from dialog_portal.outbox.address_field import AddressColumn

EMAIL_TAKEN = "Adressen har redan ett konto. Är det stängt kan du öppna det igen."


class Role(models.TextChoices):
    """What a member of staff may do; access/permissions.py lists it for each page."""

    READER = "reader", "läsare"
    OFFICER = "officer", "handläggare"
    APPROVER = "approver", "godkännare"
    ADMINISTRATOR = "administrator", "administratör"


class MorningLetter(models.TextChoices):
    """How often a member of staff gets the letter about what is new and due."""

    WEEKLY = "weekly", "Varje måndag"
    DAILY = "daily", "Varje vardag"
    NEVER = "never", "Aldrig"


class UserQuerySet(models.QuerySet["User"]):
    def in_order(self) -> Self:
        """Return active accounts first, then by name in Swedish order."""
        return self.order_by("-is_active", swedish("name"), "pk")

    def with_second_factor(self) -> Self:
        """Annotate `second_factor`: whether an authenticator app is connected."""
        return self.annotate(
            second_factor=models.Exists(authenticator_apps().filter(user=models.OuterRef("pk")))
        )


def authenticator_apps() -> models.QuerySet[Any]:
    """Return the connected authenticator apps (TOTP) of all accounts."""
    from allauth.mfa.models import Authenticator

    totp: models.QuerySet[Any] = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    return totp


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Finds accounts by e-mail address, ignoring case."""

    def get_by_natural_key(self, username: str | None) -> User:
        user: User = self.get(email__iexact=username)
        return user

    def has_email(self, email: str) -> bool:
        """Return whether an account, open or closed, has the address; case is ignored."""
        return bool(self.filter(email__iexact=email).exists())

    def create_user(self, email: str, name: str, role: str, password: str | None = None) -> User:
        """Create and return an account; without a password nobody can sign in to it until one is set."""
        user: User = self.model(email=email.lower(), name=name, role=role)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A member of staff. The role alone decides what they may do; there are no other permissions."""

    email = AddressColumn(
        "e-postadress", unique=True, error_messages={"unique": "Adressen har redan ett konto."}
    )
    name = LineColumn("namn", max_length=120, validators=[one_line])
    title = LineColumn("titel", max_length=120, blank=True, validators=[one_line])
    role = models.CharField("roll", max_length=20, choices=Role, default=Role.READER)
    is_active = models.BooleanField("aktiv", default=True)
    created = models.DateTimeField(auto_now_add=True)
    # Old programs insert accounts without it while an upgrade goes on
    morning_letter = models.CharField(
        "morgonbrev",
        max_length=10,
        choices=MorningLetter,
        default=MorningLetter.WEEKLY,
        db_default=MorningLetter.WEEKLY,
    )
    morning_letter_on = models.DateField(
        null=True, blank=True, editable=False, help_text="the day of the last one, written or not"
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects = UserManager()

    class Meta:
        verbose_name = "konto"
        verbose_name_plural = "konton"
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(morning_letter__in=MorningLetter.values),
                name="user_morning_letter_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Return whether the account may use Django's admin: active administrators only."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_perms(self, perms: Any, obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app: str) -> bool:
        return self.is_staff


class StaffInvitationQuerySet(models.QuerySet["StaffInvitation"]):
    def waiting(self) -> Self:
        """Return the invitations that can still be accepted, newest first."""
        valid = models.Q(link__revoked_at=None, link__expires_at__gt=timezone.now())
        return self.filter(valid, accepted_at=None).select_related("link", "by")


class StaffInvitation(models.Model):
    """An invitation to an account: for one address and one role, valid for LIFE (two days), used once."""

    LIFE = timedelta(hours=48)

    email = AddressColumn("e-postadress")
    name = LineColumn("namn", max_length=120, validators=[one_line])
    role = models.CharField("roll", max_length=20, choices=Role, default=Role.OFFICER)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # null: the first administrator
    link = models.OneToOneField("links.Link", models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = StaffInvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def is_open(self) -> bool:
        """Return whether the invitation can be accepted now: not used, not revoked, not expired."""
        return self.accepted_at is None and self.link.is_valid_at(timezone.now())
