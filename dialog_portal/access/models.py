"""Who may come in as staff, with which role, and what they did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from dialog_portal.base import audit, authorship  # noqa: F401  their tables belong to this app
from dialog_portal.base.swedish import swedish
from dialog_portal.base.typed_text import one_line


class Role(models.TextChoices):
    READER = "reader", "läsare"
    OFFICER = "officer", "handläggare"
    APPROVER = "approver", "godkännare"
    ADMINISTRATOR = "administrator", "administratör"


class UserQuerySet(models.QuerySet["User"]):
    def in_order(self) -> Self:
        """Those who can come in first, then by name in Swedish order."""
        return self.order_by("-is_active", swedish("name"), "pk")

    def with_second_factor(self) -> Self:
        """With `second_factor`: whether an authenticator app is connected."""
        return self.annotate(second_factor=models.Exists(factors().filter(user=models.OuterRef("pk"))))


def factors() -> models.QuerySet[Any]:
    from allauth.mfa.models import Authenticator

    totp: models.QuerySet[Any] = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    return totp


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Finds people by their address whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        user: User = self.get(email__iexact=username)
        return user

    def create_user(self, email: str, name: str, role: str, password: str | None = None) -> User:
        """A member of staff; without a password they cannot sign in until they have set one."""
        user: User = self.model(email=email.lower(), name=name, role=role)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A member of staff. Roles say what they may do; there are no other permissions."""

    email = models.EmailField(
        "e-postadress", unique=True, error_messages={"unique": "Adressen har redan ett konto."}
    )
    name = models.CharField("namn", max_length=120, validators=[one_line])
    title = models.CharField("titel", max_length=120, blank=True, validators=[one_line])
    role = models.CharField("roll", max_length=20, choices=Role, default=Role.READER)
    is_active = models.BooleanField("aktiv", default=True)
    created = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects = UserManager()

    class Meta:
        verbose_name = "konto"
        verbose_name_plural = "konton"
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's own admin is open to administrators only."""
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
        """Promises that somebody can still use, newest first."""
        works = models.Q(link__revoked_at=None, link__expires_at__gt=timezone.now())
        return self.filter(works, accepted_at=None).select_related("link", "by")


class StaffInvitation(models.Model):
    """A promise of an account: bound to one address and one role, valid for two days, used once."""

    LIFE = timedelta(hours=48)

    email = models.EmailField("e-postadress")
    name = models.CharField("namn", max_length=120, validators=[one_line])
    role = models.CharField("roll", max_length=20, choices=Role, default=Role.OFFICER)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # nobody: the first one
    link = models.OneToOneField("links.Link", models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = StaffInvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def open(self) -> bool:
        return self.accepted_at is None and self.link.works(timezone.now())
