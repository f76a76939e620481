"""Signing in, the second factor, and what a session is worth."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from dialog_portal.access.models import Role, User
from dialog_portal.access.sign_in import ResetPasswordForm, TypedCode
from dialog_portal.access.tasks import send_password_letters
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter, Wanted
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]
LOGIN = "/konto/logga-in/"


def sign_in(user: User, password: str = factories.PASSWORD, **values: str) -> tuple[Client, Any]:
    client = Client()
    answer = client.post(LOGIN, {"login": user.email, "password": password, **values})
    return client, answer


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))


def ask_for_password(email: str) -> Any:
    """Ask as anybody can, and let the worker answer."""
    answer = Client().post(reverse("account_reset_password"), {"email": email})
    send_password_letters()
    return answer


def letter_to(user: User) -> Letter:
    return Letter.objects.filter(address=user.email).latest("pk")


def test_the_address_may_be_typed_in_any_case():
    user = factories.user()
    _, answer = sign_in(user, login=user.email.upper())
    assert (answer.status_code, answer["Location"]) == (302, "/arbete/")


@pytest.mark.parametrize("password", ["fel lösenord som är långt", ""])
def test_a_wrong_password_lets_nobody_in(password: str):
    client, answer = sign_in(factories.user(), password)
    assert (answer.status_code, "_auth_user_id" in client.session) == (200, False)


def test_a_closed_account_is_told_so():
    user = factories.user()
    User.objects.filter(pk=user.pk).update(is_active=False)
    client, answer = sign_in(user)
    assert (answer["Location"], "_auth_user_id" in client.session) == ("/konto/stangt/", False)


def test_guessing_is_slowed_down():
    user = factories.user()
    for _ in range(11):
        _, answer = sign_in(user, "fel lösenord som är långt")
    _, answer = sign_in(user)
    assert "För många" in answer.content.decode() or answer.status_code == 429


def fails(user: User, times: int, caller: str) -> Any:
    """Wrong passwords from one address; answers the last page."""
    for _ in range(times):
        answer = Client(REMOTE_ADDR=caller).post(LOGIN, {"login": user.email, "password": "fel"})
    return answer


def test_who_guesses_is_stopped_and_the_owner_comes_in_from_elsewhere():
    user = factories.user()
    assert "För många" in fails(user, 30, "192.0.2.7").content.decode()
    fails(user, 9, "192.0.2.8")
    _, answer = sign_in(user)
    assert (answer.status_code, answer["Location"]) == (302, "/arbete/")


def test_control_by_the_usual_limits_a_stranger_keeps_the_owner_out(settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    user = factories.user()
    fails(user, 6, "192.0.2.7")
    assert sign_in(user)[1].status_code != 302


@pytest.mark.parametrize(("minutes", "letters"), [(0, 1), (16, 2)])
def test_however_often_it_is_asked_for_a_password_letter_comes_once_a_quarter(minutes: int, letters: int):
    user = factories.user()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        answers = [ask_for_password(user.email) for _ in range(7)]
        clock.shift(timedelta(minutes=minutes))
        answers.append(ask_for_password(user.email))
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/konto/losenord/glomt/skickat/")
    }
    assert Letter.objects.filter(address=user.email).count() == letters


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_set_password", "account_confirm_email"]
)
def test_what_the_portal_does_not_use_has_no_address(name: str):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_new_password_comes_by_letter_and_the_old_one_stops_working():
    user = factories.user()
    ask_for_password(user.email)
    content = read_content(letter_to(user))
    assert content is not None
    found = re.search(rf"{settings.BASE_URL}(/konto/losenord/nytt/\S+)", content.text)
    assert found is not None
    client = Client()
    page = client.get(found[1], follow=True)
    form = page.redirect_chain[-1][0]
    client.post(form, {"password1": "ännu en lång rad ord", "password2": "ännu en lång rad ord"})
    user.refresh_from_db()
    assert (user.check_password("ännu en lång rad ord"), user.check_password(factories.PASSWORD)) == (
        True,
        False,
    )
    assert letter_to(user).subject == "Ditt konto i Dialogportalen har ändrats"


def test_asking_for_somebody_unknown_looks_the_same_and_writes_to_nobody():
    known, unknown = factories.user(), "ingen@region.example"
    answers = [ask_for_password(email) for email in (known.email, unknown)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/konto/losenord/glomt/skickat/")
    }
    assert list(Letter.objects.values_list("address", flat=True)) == [known.email]


def test_an_address_longer_than_any_account_has_looks_the_same_and_is_not_stored():
    asked = ("ingen@region.example", f"{'a' * 290}@example.org")
    answers = [Client().post(reverse("account_reset_password"), {"email": email}) for email in asked]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/konto/losenord/glomt/skickat/")
    }
    assert list(Wanted.objects.values_list("address", flat=True)) == ["ingen@region.example"]


def work_of_asking(email: str) -> tuple[list[str], int]:
    """The questions to the database while the person waits, without what was typed, and the letters written."""
    with CaptureQueriesContext(connection) as seen:
        Client().post(reverse("account_reset_password"), {"email": email})
    asked = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in seen]
    return asked, Letter.objects.count()


def test_asking_takes_the_same_work_whosever_the_address_is():
    known, closed = factories.user(), factories.user()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    work = [work_of_asking(email) for email in (known.email, closed.email, "ingen@region.example")]
    assert (work[0], work[0]) == (work[1], work[2])
    assert ([query for query in work[0][0] if "access_user" in query], work[0][1]) == ([], 0)
    send_password_letters()
    assert (list(Letter.objects.values_list("address", flat=True)), Wanted.objects.count()) == (
        [known.email],
        0,
    )


def test_control_looking_up_while_the_person_waits_differs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ResetPasswordForm, "clean_email", forms.ResetPasswordForm.clean_email)
    monkeypatch.setattr(ResetPasswordForm, "save", forms.ResetPasswordForm.save)
    assert work_of_asking(factories.user().email) != work_of_asking("ingen@region.example")


def test_a_second_factor_is_asked_for_and_its_seed_is_unreadable_at_rest():
    user, secret = factories.user(), generate_totp_secret()
    TOTP.activate(user, secret)
    assert secret not in str(Authenticator.objects.get().data)
    client, answer = sign_in(user)
    assert (answer["Location"], "_auth_user_id" in client.session) == (reverse("mfa_authenticate"), False)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "\u2007"])
def test_a_code_may_be_typed_with_any_blank_in_it(blank: str):
    user, secret = factories.user(), generate_totp_secret()
    TOTP.activate(user, secret)
    client, _ = sign_in(user)
    typed = code(secret)
    client.post(reverse("mfa_authenticate"), {"code": f"{typed[:3]}{blank}{typed[3:]}{blank}"})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_every_form_for_a_code_reads_it_in_the_same_way(settings):
    forms = {name: import_string(path) for name, path in settings.MFA_FORMS.items()}
    assert forms.keys() == {"authenticate", "reauthenticate", "activate_totp"}
    assert all(issubclass(form, TypedCode) for form in forms.values())


def test_the_app_is_connected_after_saying_the_password_again():
    client, _ = sign_in(factories.user())
    later = timezone.now() + timedelta(minutes=16)
    with time_machine.travel(later, tick=False):
        asked = client.get(reverse("mfa_activate_totp"))
        assert asked["Location"].startswith(reverse("account_reauthenticate"))
        client.post(asked["Location"], {"password": factories.PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
        assert done["Location"] == reverse("mfa_view_recovery_codes")
        assert len(re.findall(r"\b\d{8}\b", client.get(done["Location"]).content.decode())) >= 10


def boss_with_factor() -> tuple[User, str]:
    boss, secret = factories.user(Role.ADMINISTRATOR), generate_totp_secret()
    TOTP.activate(boss, secret)
    return boss, secret


def test_djangos_admin_wants_the_second_factor_in_this_session():
    boss, secret = boss_with_factor()
    client = Client()
    client.force_login(boss)
    asked = client.get("/admin/")
    assert asked["Location"] == "/konto/tva-steg/bekrafta/?next=/admin/"
    client.post(asked["Location"], {"code": code(secret), "next": "/admin/"})
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/access/event/").status_code == 200
    assert client.get("/admin/access/user/add/").status_code == 403
    Authenticator.objects.all().delete()
    assert client.get("/admin/")["Location"] == reverse("mfa_index")


def test_djangos_admin_has_no_sign_in_of_its_own():
    person = {"username": factories.user(Role.ADMINISTRATOR).email, "password": factories.PASSWORD}
    for answer in (Client().get("/admin/login/"), Client().post("/admin/login/", person)):
        assert (answer.status_code, answer["Location"].startswith(LOGIN)) == (302, True)


def test_a_session_ends_after_a_working_day_however_busy():
    client, _ = sign_in(factories.user())
    for hours in (4, 8, 9.9):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            assert client.get("/arbete/").status_code == 200
            session = client.session
            session["busy"] = hours
            session.save()
    with time_machine.travel(timezone.now() + timedelta(hours=10, minutes=1)):
        assert client.get("/arbete/")["Location"] == f"{LOGIN}?next=/arbete/"


def test_signing_in_leads_back_to_the_page_and_never_to_another_site():
    user = factories.user()
    assert Client().get("/arbete/konton/?sida=2")["Location"] == f"{LOGIN}?next=/arbete/konton/%3Fsida%3D2"
    pressed = Client().post("/arbete/utkorg/hall/", headers={"referer": "http://testserver/arbete/utkorg/"})
    assert pressed["Location"] == f"{LOGIN}?next=/arbete/utkorg/"
    elsewhere = Client().post("/arbete/utkorg/hall/", headers={"referer": "https://elak.example/x"})
    assert elsewhere["Location"] == f"{LOGIN}?next=/arbete/"
    _, answer = sign_in(user, next="https://elak.example/")
    assert answer["Location"] == "/arbete/"


def test_cookies_are_out_of_reach_for_scripts_and_other_sites():
    client, _ = sign_in(factories.user())
    client.get(LOGIN)
    for cookie in (client.cookies[settings.SESSION_COOKIE_NAME], client.cookies[settings.CSRF_COOKIE_NAME]):
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert client.cookies[settings.SESSION_COOKIE_NAME]["expires"] == ""  # gone with the browser
    assert client.session.get_expiry_age() <= 10 * 60 * 60


def test_a_staff_page_tells_the_browser_to_trust_nobody_else():
    client, _ = sign_in(factories.user())
    page = client.get("/arbete/")
    policy = page["Content-Security-Policy"]
    wanted = {
        "Cache-Control": "no-store",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    assert {name: page[name] for name in wanted} == wanted
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"


PRIVATE = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",
}


def private(page: Any) -> dict[str, str]:
    """The headers that keep a page to its reader."""
    whole = "no-store" if "no-store" in page["Cache-Control"] else page["Cache-Control"]
    return {**{name: page[name] for name in PRIVATE}, "Cache-Control": whole}


@pytest.mark.parametrize(
    "path", [LOGIN, "/konto/losenord/glomt/", "/konto/losenord/glomt/skickat/", "/konto/stangt/", "/konto/nej/",
             "/konto/tva-steg/", "/arbete/", "/arbete/nej/", "/admin/login/"]
)  # fmt: skip
def test_what_lies_inside_is_kept_by_no_cache_and_found_by_no_search(path: str):
    assert private(Client().get(path)) == PRIVATE


def test_pages_that_everybody_may_read_may_be_kept_and_found():
    page = Client().get("/")
    assert ("X-Robots-Tag" in page, "no-store" in page.get("Cache-Control", "")) == (False, False)


def test_the_secret_of_a_reset_letter_is_told_to_no_next_page_and_the_form_still_works():
    user = factories.user()
    ask_for_password(user.email)
    content = read_content(letter_to(user))
    assert content is not None
    found = re.search(rf"{settings.BASE_URL}(/konto/losenord/nytt/\S+)", content.text)
    assert found is not None
    client = Client(enforce_csrf_checks=True)
    opened = client.get(found[1], secure=True)
    wrong = Client().get(found[1].replace("/nytt/", "/nytt/9"))
    assert [private(page) for page in (opened, wrong)] == [{**PRIVATE, "Referrer-Policy": "no-referrer"}] * 2
    form = client.get(opened["Location"], secure=True)
    assert private(form) == PRIVATE
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.content.decode())
    assert token is not None
    words = {"password1": "ännu en lång rad ord", "password2": "ännu en lång rad ord"}
    sent = {"csrfmiddlewaretoken": token[1], **words}
    from_null = client.post(opened["Location"], sent, headers={"origin": "null"}, secure=True)
    assert from_null.status_code == 403  # what no-referrer on the form's own page would lead to
    done = client.post(opened["Location"], sent, headers={"origin": "https://testserver"}, secure=True)
    assert done.status_code == 302
    user.refresh_from_db()
    assert user.check_password("ännu en lång rad ord")


def test_a_refusal_says_which_role_it_takes():
    client = Client()
    client.force_login(factories.user(Role.READER))
    page = client.get(reverse("staff:round_add"))
    assert page.status_code == 403
    assert (
        "För att lägga upp en dialogomgång behöver du vara handläggare eller godkännare. Du är läsare."
        in page.content.decode()
    )


def test_a_guest_at_the_wrong_door_is_shown_the_way_to_a_link():
    assert f'href="{reverse("guest:send_again")}"' in Client().get(reverse("account_login")).content.decode()
