"""Adapters for allauth: sign-up is closed, letters go through the outbox, second-factor secrets are encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from dialog_portal.access.letters import account_notice_letter, password_reset_letter
from dialog_portal.access.models import User
from dialog_portal.base.encryption import decrypt_text, encrypt_text

# Allauth's name of a notice, and the sentence that our letter says instead of allauth's own text
NOTICES = {
    "password_changed": "Lösenordet till ditt konto har bytts.",
    "password_reset": "Lösenordet till ditt konto har bytts med länken i ett brev.",
    "totp_activated": "En autentiseringsapp har kopplats till ditt konto.",
    "totp_deactivated": "Autentiseringsappen har kopplats bort från ditt konto.",
    "recovery_codes_generated": "Nya återställningskoder har skapats till ditt konto. De gamla gäller inte längre.",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are created by an administrator's invitation only, so sign-up is closed."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "E-postadressen eller lösenordet stämmer inte.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address for the letter on settings.BASE_URL, because the request's Host header may be forged."""
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.BASE_URL) + address.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put our own letter to the owner of the address in the outbox, instead of sending allauth's text."""
        user = User.objects.get(email__iexact=email)
        purpose = template_prefix.rpartition("/")[2]
        if purpose == "password_reset_key":
            password_reset_letter(user, context["password_reset_url"])
        else:
            account_notice_letter(user, NOTICES[purpose])


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts seeds and recovery codes, so that they cannot be read in the database or its backups."""

    def encrypt(self, text: str) -> str:
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_text(encrypted_text)
