"""Forms about accounts: invite somebody, change a role, choose the first password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password

from dialog_portal.access.models import EMAIL_TAKEN, Role, StaffInvitation, User

ROLE_HELP = (
    "Läsare ser. Handläggare planerar, bjuder in, skriver och skickar. Godkännare fastställer och publicerar också det "
    "som andra har skrivit. Administratör sköter konton och ser inga utkast."
)


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, address and role of a person who is invited to an account."""

    class Meta:
        model = StaffInvitation
        fields = ("name", "email", "role")
        help_texts = {"role": ROLE_HELP}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.has_email(email):
            raise forms.ValidationError(EMAIL_TAKEN)
        return email


class RoleForm(forms.Form):
    """Another role for an existing account."""

    role = forms.ChoiceField(label="Roll", choices=Role, help_text=ROLE_HELP)


class PasswordForm(forms.Form):
    """The first password of a new account, checked against the password rules and the person's name and address."""

    password = forms.CharField(
        label="Lösenord",
        strip=False,
        max_length=200,
        help_text=(
            f"Minst {settings.PASSWORD_MIN_LENGTH} tecken. "
            "Flera ord efter varandra är lättare att minnas och svårare att gissa."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Samma lösenord igen",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: StaffInvitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = User(email=invitation.email, name=invitation.name)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.owner)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError("Lösenorden är inte likadana.")
        return again
