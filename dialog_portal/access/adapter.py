"""How allauth behaves here: nobody signs up, and second-factor seeds are encrypted."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from dialog_portal.vault import seal_text, unseal_text


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come only from an administrator's invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps seeds and recovery codes unreadable in the database and its backups."""

    def encrypt(self, text: str) -> str:
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal_text(encrypted_text)
