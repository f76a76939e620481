"""Two people change one thing at a time, each in a form: nobody undoes what the other has changed without seeing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.mailings.actions.wording import save_wording
from meetings.mailings.letters.wording import Words
from meetings.models import Group, Purpose
from parties.models import Cadence
from tests import factories
from tests.meetings.acting import signed_in
from tests.page_forms import form_with
from tests.pages import without_breaks

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"staff:{name}", args=args)


def item() -> str:
    return address("item_change", factories.item(factories.meeting(), description="Rad ett\nrad två").pk)


def meeting() -> str:
    row = factories.meeting(venue="Usine", room="Foajén")
    row.categories.add(factories.category())
    return address("meeting_change", row.pk)


def group() -> str:
    row = Group.objects.create(round=factories.round_(), name="Söder")
    row.parties.add(factories.party(), factories.party())
    return address("group_change", row.pk)


def wording() -> str:
    return address("wording", factories.round_().year, Purpose.INVITATION)


FORMS: list[tuple[Callable[[], str], dict[str, str], dict[str, Any]]] = [
    (item, {"title": "Ny rubrik"}, {"presenter": "Åsa Ek", "internal": "on"}),
    (meeting, {"venue": "Rådhuset"}, {"start": "09:30", "serves_meal": "on"}),
    (group, {"name": "Norr"}, {"parties": []}),
    (lambda: address("round_change", factories.round_().year), {"conference_place": "Usine"}, {"signer": "Åsa Ek"}),
    (wording, {"heading": "Kom hit"}, {"body": "Hej {namn}!\n\nKom."}),
    (lambda: address("party_change", factories.party().pk), {"name": "Boo"}, {"code": "0199", "note": "Två\nrader"}),
    (lambda: address("person_change", factories.person().pk), {"phone": "08-1"}, {"name": "Åsa Ek", "protected": "on"}),
    (lambda: address("mandate_change", factories.mandate(factories.party()).pk), {"title": "tf"}, {"acting": "on"}),
    (
        lambda: address(
            "membership_change", factories.membership(factories.party(), factories.category()).pk
        ),
        {"to_year": "2030"},
        {"umbrella": "on"},
    ),
    (lambda: address("category_change", factories.category().pk), {"name": "Kör"}, {"agenda_body": "FSKF"}),
]  # fmt: skip


def values_of(client: Client, where: str, name: str) -> dict[str, list[str]]:
    return form_with(client.get(where), name).values


def sent(values: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    return {**values, **changed}


@pytest.mark.once
@pytest.mark.parametrize(("make", "mine", "theirs"), FORMS)
def test_a_field_that_i_did_not_touch_never_puts_back_what_a_colleague_changed(
    make: Callable[[], str], mine: dict[str, str], theirs: dict[str, Any]
):
    (me, _), (colleague, person) = signed_in(), signed_in()
    where, name = make(), next(iter(mine))
    opened = values_of(me, where, name)
    assert colleague.post(where, sent(values_of(colleague, where, name), theirs)).status_code == 302
    stored = values_of(colleague, where, name)
    conflict = me.post(where, sent(opened, mine))
    said, form = without_breaks(conflict.content), form_with(conflict, name)
    assert f"{person} sparade ändringar 18 november 2026 kl. 10.15, medan du skrev." in said
    assert conflict.context["form"].conflicts == []
    assert len(conflict.context["form"].taken_over) == len(theirs)
    assert me.post(where, form.values).status_code == 302
    after = values_of(me, where, name)
    assert {key: after[key] for key in mine} == {key: [value] for key, value in mine.items()}
    assert {key: after.get(key) for key in theirs} == {key: stored.get(key) for key in theirs}


def test_what_both_have_changed_is_shown_beside_mine_and_mine_is_saved_by_the_next_press():
    (me, _), (colleague, _) = signed_in(), signed_in()
    where = item()
    opened = values_of(me, where, "title")
    colleague.post(where, sent(values_of(colleague, where, "title"), {"title": "Deras", "minutes": "45"}))
    conflict = me.post(where, sent(opened, {"title": "Min"}))
    form = conflict.context["form"]
    assert (form.conflicts, form.taken_over) == ([("Rubrik", "Deras")], [("Minuter", 45)])
    assert "Det här har ni båda ändrat" in without_breaks(conflict.content)
    me.post(where, form_with(conflict, "title").values)
    after = values_of(me, where, "title")
    assert (after["title"], after["minutes"]) == (["Min"], ["45"])


def test_a_line_break_that_the_browser_writes_otherwise_is_no_change():
    (me, _), (colleague, _) = signed_in(), signed_in()
    where = item()
    opened = values_of(me, where, "title")
    colleague.post(where, sent(values_of(colleague, where, "title"), {"title": "Deras"}))
    opened = {name: [value.replace("\n", "\r\n") for value in values] for name, values in opened.items()}
    conflict = me.post(where, sent(opened, {"minutes": "5"}))
    assert conflict.context["form"].taken_over == [("Rubrik", "Deras")]


def test_a_cadence_that_i_did_not_touch_stays_as_a_colleague_left_it():
    (me, _), (colleague, _) = signed_in(), signed_in()
    category = factories.category()
    Cadence.objects.create(category=category, every=1, from_year=2019)
    where = address("category_change", category.pk)
    opened = values_of(me, where, "name")
    every = "cadences-0-every"
    colleague.post(where, sent(values_of(colleague, where, "name"), {every: "2"}))
    conflict = me.post(where, sent(opened, {"name": "Kör"}))
    assert form_with(conflict, "name").values[every] == ["2"]
    me.post(where, form_with(conflict, "name").values)
    assert Cadence.objects.get().every == 2


def test_a_row_saved_before_it_was_noted_by_whom_says_somebody_else():
    me, _ = signed_in()
    round_ = factories.round_()
    where = address("wording", round_.year, Purpose.INVITATION)
    opened = values_of(me, where, "heading")
    save_wording(
        round_, Purpose.INVITATION, Words("Ämne", "Deras", "Hej {namn}!"), seen_version=0, by=factories.user()
    )
    round_.wordings.update(saved_by=None, saved_at=None)
    assert "Någon annan sparade ändringar, medan du skrev." in without_breaks(
        me.post(where, sent(opened, {"heading": "Min"})).content
    )


def test_a_hidden_input_has_no_description():
    page = signed_in()[0].get(address("category_change", factories.category().pk)).content.decode()
    hidden = re.findall(r'<input type="hidden" name="initial-[^>]*>', page)
    assert ([one for one in hidden if "aria-" in one], len(hidden) > 4) == ([], True)
