"""Two people edit the same row: one of them is first, the other sees both texts, and nothing is overwritten."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dialog_portal.base import stale_saves
from dialog_portal.base.stale_saves import StaleSave, lock_if_unchanged, save_if_unchanged, save_new
from dialog_portal.base.versioned_form import ROW_REMOVED, submit
from meetings.models import Group
from meetings.planning.forms.rounds import GroupForm
from tests import factories
from tests.at_once import Encounter

pytestmark = pytest.mark.django_db


def group(name: str = "Söder") -> Group:
    return Group.objects.create(round=factories.round_(), name=name)


def typed(row: Group, **values: Any) -> GroupForm:
    return GroupForm({"name": row.name, "seen_version": row.version, **values}, instance=row)


def nothing() -> None:
    """An action that must not be reached."""
    pytest.fail("a form with errors was saved")


# --- Saving ----------------------------------------------------------------------------------------------------------


def test_columns_and_relations_are_saved_and_the_version_rises():
    row, nacka, boo = group(), factories.party(), factories.party()
    saved = save_if_unchanged(
        row, {"name": "Norr", "host": nacka, "parties": [nacka, boo]}, seen_version=1, by=None
    )
    stored = Group.objects.get()
    assert (stored.name, stored.host, set(stored.parties.all()), stored.version) == (
        "Norr", nacka, {nacka, boo}, 2,
    )  # fmt: skip
    assert (saved.row, saved.fields) == (stored, ["name", "host", "parties"])


def test_only_what_became_another_is_named():
    row, nacka, boo = group(), factories.party(), factories.party()
    row.parties.set([nacka, boo])
    same = {"name": row.name, "host": None, "parties": [boo, nacka]}
    assert save_if_unchanged(row, same, seen_version=1, by=None).fields == []


def test_columns_that_are_not_given_stay_as_they_are_stored():
    row, nacka = group(), factories.party()
    Group.objects.update(host=nacka)  # after the caller's copy was read
    save_if_unchanged(row, {"name": "Norr"}, seen_version=1, by=None)
    assert Group.objects.get().host == nacka


@pytest.mark.parametrize("seen", [0, 1, 3, None])
def test_another_version_than_the_stored_one_is_refused_with_what_is_stored(seen: int | None):
    row = group()
    Group.objects.update(name="Deras", version=2)
    with pytest.raises(StaleSave) as refused:
        save_if_unchanged(row, {"name": "Min"}, seen_version=seen, by=None)
    stored = Group.objects.get()
    assert (refused.value.theirs, stored.name, stored.version) == (stored, "Deras", 2)


def test_a_row_that_was_removed_is_refused():
    row = group()
    Group.objects.all().delete()
    with pytest.raises(StaleSave) as refused:
        save_if_unchanged(row, {"name": "Min"}, seen_version=1, by=None)
    assert refused.value.theirs is None


def test_a_value_that_its_field_does_not_take_is_refused():
    row = group()
    with pytest.raises(ValidationError):
        save_if_unchanged(row, {"name": "Två\nrader"}, seen_version=1, by=None)
    with pytest.raises(ValidationError):
        save_new(Group(round=row.round), {"name": "x" * 81}, by=None)
    assert list(Group.objects.values_list("name", "version")) == [("Söder", 1)]


def both_save(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Return how many of two who save at the same moment were let through, and the version that is stored then.

    The first to compare halts until the other has saved, or waits for the lock.
    """
    row, saved, both = group(), [], Encounter()

    def save(name: str) -> None:
        with suppress(StaleSave):
            saved.append(save_if_unchanged(row, {"name": name}, seen_version=1, by=None).row.name)

    monkeypatch.setattr(stale_saves, "lock_if_unchanged", both.after(lock_if_unchanged))
    both.run(partial(save, "Den ena"), partial(save, "Den andra"))
    return len(saved), Group.objects.get().version


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_let_through(monkeypatch: pytest.MonkeyPatch):
    assert both_save(monkeypatch) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_one_overwrites_the_other(vendor: str, monkeypatch: pytest.MonkeyPatch):
    if vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr(Group.objects, "select_for_update", Group.objects.all, raising=False)
    assert both_save(monkeypatch) == (2, 2)


# --- The form --------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_given_to_the_action():
    nacka = factories.party()
    form = typed(group(), name="Norr", parties=[nacka.pk])
    assert form.is_valid()
    values = {**form.values, "parties": list(form.values["parties"])}
    assert (values, form.seen_version) == ({"name": "Norr", "parties": [nacka], "host": None}, 1)


def test_a_form_does_not_save():
    form = typed(group(), name="Norr")
    assert form.is_valid()
    with pytest.raises(TypeError):
        form.save()
    assert Group.objects.get().name == "Söder"


def test_after_a_conflict_both_texts_are_shown_and_the_next_press_overwrites():
    row, nacka = group(), factories.party(name="Nacka")
    form = typed(row, name="Min")
    Group.objects.update(name="Deras", host=nacka, version=2)
    assert (
        submit(form, lambda: save_if_unchanged(row, form.values, seen_version=form.seen_version, by=None))
        is None
    )
    assert form.conflicts == [("Grupp", "Deras"), ("Värd", nacka)]
    assert (form["name"].value(), form.data["seen_version"]) == ("Min", "2")
    assert form.has_error("__all__", "conflict")
    again = GroupForm(form.data, instance=Group.objects.get())
    saved = submit(
        again, lambda: save_if_unchanged(row, again.values, seen_version=again.seen_version, by=None)
    )
    assert saved is not None
    assert (saved.row.name, saved.row.version) == ("Min", 3)


def test_beside_an_error_the_conflict_is_shown_too():
    row = group()
    form = typed(row, name="")
    Group.objects.update(name="Deras", version=2)
    assert submit(form, nothing) is None
    assert (set(form.errors), form.conflicts) == ({"name", "__all__"}, [("Grupp", "Deras")])


def test_beside_an_error_no_conflict_is_shown_when_there_is_none():
    form = typed(group(), name="")
    assert submit(form, nothing) is None
    assert (set(form.errors), form.conflicts) == ({"name"}, [])


def test_that_the_row_was_removed_is_said():
    row = group()
    form = typed(row, name="Min")
    Group.objects.all().delete()
    assert (
        submit(form, lambda: save_if_unchanged(row, form.values, seen_version=form.seen_version, by=None))
        is None
    )
    assert form.errors == {"__all__": [ROW_REMOVED]}
