"""What a listener hears of a refused form, whatever page it is on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.template import Context, Template, engines
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject

from dialog_portal.base.form_errors import error_prefix
from tests import factories
from tests.house.files import BASE, tracked
from tests.pages import without_breaks


class NameForm(forms.Form):
    name = forms.CharField()
    key = forms.CharField(widget=forms.HiddenInput, help_text="Syns inte.")


Names = forms.formset_factory(NameForm, min_num=1, validate_min=True)
COUNTED = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
FINE = {"name": "Kim", "key": "1"}


@pytest.mark.once
@pytest.mark.parametrize(
    ("method", "context", "prefix"),
    [
        ("post", {"form": NameForm({"name": ""})}, "Fel: "),
        ("post", {"who": NameForm({"name": ""})}, "Fel: "),
        ("post", {"cadences": Names({**COUNTED, "form-0-name": ""})}, "Fel: "),
        ("post", {"rows": [("Åsa", NameForm({"name": ""}))]}, "Fel: "),
        ("post", {"wording": {"form": NameForm({"name": ""})}}, "Fel: "),
        ("post", {"error": "Det gick inte."}, "Fel: "),
        ("post", {"form": NameForm(FINE)}, ""),
        ("post", {"form": NameForm()}, ""),
        ("get", {"form": NameForm({"name": ""})}, ""),
    ],
)
def test_the_title_says_that_a_form_was_refused_whatever_the_page_calls_it(
    rf: RequestFactory, method: str, context: dict[str, Any], prefix: str
):
    request: HttpRequest = getattr(rf, method)("/")
    assert error_prefix(Context({"request": request, **context})) == prefix


@pytest.mark.once
def test_looking_for_errors_makes_no_lazy_value(rf: RequestFactory):
    """The CSRF token is one: a guest who was refused would get a cookie."""

    def made() -> str:
        raise AssertionError("somebody looked")

    values = {
        "csrf_token": SimpleLazyObject(made),
        "user": SimpleLazyObject(made),
        "form": NameForm({"name": ""}),
    }
    assert error_prefix(Context({"request": rf.post("/"), **values})) == "Fel: "


@pytest.mark.once
def test_a_page_without_a_request_has_no_errors():
    assert error_prefix(Context({"form": NameForm({"name": ""})})) == ""


def test_it_stands_first_in_the_title_on_pages_of_staff_and_at_the_door(db: None):
    client = Client()
    refused = client.post("/konto/logga-in/", {"login": "ingen@example.org", "password": "fel"})
    assert re.search("<title> ?Fel: ", without_breaks(refused.content))
    client.force_login(factories.user())
    refused = client.post("/arbete/register/parter/ny/", {"name": ""})
    assert re.search("<title> ?Fel: ", without_breaks(refused.content))
    assert "Fel: " not in without_breaks(client.get("/arbete/register/parter/ny/").content)


@pytest.mark.once
def test_a_hidden_field_says_nothing_to_listeners_and_keeps_its_value():
    field = str(NameForm({"key": 'a"b'})["key"])
    assert (" aria-" in field, 'value="a&quot;b"' in field, 'id="id_key"' in field) == (False, True, True)


@pytest.mark.once
def test_what_gets_the_focus_after_a_refusal_has_no_role_and_holds_the_alert():
    boxes = [
        (str(path.relative_to(BASE)), box, text)
        for path in tracked("templates/*.html")
        for text in [path.read_text()]
        for box in re.findall(r"<[^>]*\bdata-error-summary[^>]*>", text)
    ]
    assert len(boxes) >= 2
    for name, box, text in boxes:
        assert (
            name,
            "role=" in box,
            re.search(rf'{re.escape(box)}\s*<div role="alert">', text) is not None,
        ) == (
            name,
            False,
            True,
        )


@pytest.mark.once
def test_lists_without_marks_are_heard_as_lists():
    """With `none` some screen readers no longer say that it is a list; a menu's summary is none."""
    wrong = [
        f"{path.name}: {rule[0].strip()}"
        for path in tracked("static/css/*.css")
        for rule in re.findall(r"([^{}]*)\{[^{}]*list-style(?:-type)?: none", path.read_text())
        if "summary" not in rule
    ]
    assert [one for one in wrong if "summary" not in one] == []


@pytest.mark.once
def test_times_are_in_whole_seconds_as_html_wants_them():
    moment: Template = engines["django"].from_string("{{ when|iso }}")  # type: ignore[assignment]
    said = [
        moment.render({"when": when})
        for when in (datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), date(2026, 1, 2), None)
    ]
    assert said == ["2026-01-02T04:04:05+01:00", "2026-01-02", ""]
