"""Addresses of the administrator's pages about accounts, and of the sign-in pages. There is no page to sign up."""

from allauth.account import views as account_views
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, path, re_path

from dialog_portal.access import views

staff: list[URLPattern] = [
    path("konton/", views.account_list, name="account_list"),
    path("konton/bjud-in/", views.account_invite, name="account_invite"),
    path("konton/<int:pk>/", views.account_change, name="account_change"),
    path(
        "konton/inbjudan/<int:pk>/aterta/", views.account_invitation_revoke, name="account_invitation_revoke"
    ),
    path("konton/inbjudan/<int:pk>/oppna/", views.account_invitation_open, name="account_invitation_open"),
]
account: list[URLPattern] = [
    path("inbjudan/<str:token>/", views.accept_account, name="accept_account"),
    path("logga-in/", account_views.login, name="account_login"),
    path("logga-ut/", account_views.logout, name="account_logout"),
    path("stangt/", account_views.account_inactive, name="account_inactive"),
    path("bekrafta/", account_views.reauthenticate, name="account_reauthenticate"),
    path("losenord/", account_views.password_change, name="account_change_password"),
    path("losenord/glomt/", account_views.password_reset, name="account_reset_password"),
    path("losenord/glomt/skickat/", account_views.password_reset_done, name="account_reset_password_done"),
    path(
        "losenord/nytt/klart/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^losenord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("tva-steg/", factor.index, name="mfa_index"),
    path("tva-steg/kod/", factor.authenticate, name="mfa_authenticate"),
    path("tva-steg/bekrafta/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("tva-steg/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("tva-steg/app/ta-bort/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("tva-steg/koder/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("tva-steg/koder/nya/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("tva-steg/koder/hamta/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]
