"""Allauth's sign-in and password reset forms, and the letter with a link to a new password."""

import unicodedata
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.http import HttpRequest

from dialog_portal.outbox.address_field import Address
from dialog_portal.outbox.models import CONFIDENTIAL
from dialog_portal.outbox.requested_letters import request_letter

PASSWORD_REQUEST = f"{CONFIDENTIAL}:password"


def address_like(field: forms.Field) -> Address:
    """Return the portal's own field for an address, with what allauth's tells the browser about completion."""
    attrs = {
        name: value for name, value in field.widget.attrs.items() if name in ("autocomplete", "autofocus")
    }
    # Longer than any account's, so that every address gets the same answer
    return Address(label="E-postadress", max_length=320, widget=forms.TextInput(attrs))


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = address_like(self.fields["login"])


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """Requests a letter with a link to a new password; a worker writes it.

    The form does not look up the account, because the response time would show who has one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = address_like(self.fields["email"])

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **_: Any) -> str:
        email: str = self.cleaned_data["email"]
        request_letter(PASSWORD_REQUEST, email, task="access.send_password_letters")
        return email


class TypedCode:
    """A one-time code as people paste it: a blank of any kind, and digits of any width, are read as they are meant."""

    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        self.cleaned_data["code"] = "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class AuthenticateForm(TypedCode, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    """The second factor when signing in."""


class ReauthenticateForm(TypedCode, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    """The second factor once more, before something that matters."""


class ActivateTOTPForm(TypedCode, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that is being connected."""


def send_password_letter(email: str) -> None:
    """Queue a letter with a link to a new password, if the address has an open account."""
    found = allauth_forms.ResetPasswordForm({"email": email})
    if found.is_valid() and found.users:
        found.save(None)
