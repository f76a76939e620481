"""Forms with optimistic locking: they carry the version that the user saw and show what somebody else has saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.http import QueryDict

from dialog_portal.base.stale_saves import SaveResult, StaleSave, is_same_value, stored_value
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.swedish import moment

UNKNOWN = object()
ROW_REMOVED = "Någon har tagit bort det du redigerar. Kopiera din text innan du går vidare."


def displayed_value(row: models.Model, name: str, value: Any) -> Any:
    """Return a stored value as shown to the user: a list of names, "ja" or "nej", or the label of a choice."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "ja" if value else "nej"
    display = getattr(row, f"get_{name}_display", None)
    return display() if display else "" if value is None else value


class FieldWithInitial(forms.BoundField):
    """A field that may carry its initial value in a hidden input, which HTML allows no description."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        if widget and widget.is_hidden:
            built.pop("aria-describedby", None)
        return built


class VersionedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form that carries the version that the user saw, and what each field held then. An action saves it.

    After a conflict, `conflicts` are (label, stored value) of the fields that the user and somebody else have changed,
    and the form holds what the user typed there. `taken_over` are those that only somebody else has changed: there the
    form holds the stored value, so that the next save does not undo it.
    """

    bound_field_class = FieldWithInitial
    suggests: ClassVar[
        tuple[str, ...]
    ] = ()  # fields that begin with a suggestion and not with what is stored

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[tuple[str, Any]] = []
        self.taken_over: list[tuple[str, Any]] = []
        self.saved_by, self.saved_at = None, None  # of a conflict
        self.fields["seen_version"] = forms.IntegerField(
            widget=forms.HiddenInput, required=False, initial=self.instance.version
        )
        self.compared_fields = list(self._meta.fields or ())
        if self.changes_a_row:
            for name in self.fields.keys() - {"seen_version", *self.suggests}:
                self.fields[name].show_hidden_initial = True

    @property
    def changes_a_row(self) -> bool:
        """Whether somebody else may have saved what the form is about: not for a new row."""
        return self.instance.pk is not None

    @property
    def seen_version(self) -> int | None:
        """The version number of the row that the user saw; None if it is missing."""
        version: int | None = self.cleaned_data.get("seen_version")
        return version

    @property
    def values(self) -> dict[str, Any]:
        """The typed values by field name, for the action that saves them. Only for a valid form."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    @staticmethod
    def stored_value(row: Any, name: str) -> Any:
        """Return the value of a field of a stored row, as the form would clean it."""
        return stored_value(row, name)

    def show_conflict(self, theirs: Any) -> None:
        """Add an error that says who saved the stored row `theirs` and when; None if it was deleted.

        The hidden version becomes that of `theirs`, so the user can save again what the form shows then.
        """
        if theirs is None:
            self.add_error(None, ROW_REMOVED)
            return
        data = editable_data(self.data)
        for name in self.compared_fields:
            self._compare(name, self.stored_value(theirs, name), theirs, data)
        data[self.add_prefix("seen_version")] = str(theirs.version)
        self.data = data
        self.saved_by, self.saved_at = theirs.saved_by, theirs.saved_at
        self.add_error(None, forms.ValidationError(conflict_sentence(theirs), code="conflict"))

    def _compare(self, name: str, stored: Any, theirs: Any, data: QueryDict) -> None:
        """List a field that somebody else has changed, and put their value in it unless the user has changed it too."""
        field, shown = self[name], self._shown_value(name)
        typed = self.cleaned_data.get(name)
        if shown is not UNKNOWN:
            put(data, field.html_initial_name, field.field, field.field.hidden_widget(), stored)
        if is_same_value(stored, typed) or (shown is not UNKNOWN and is_same_value(stored, shown)):
            return
        line = (str(field.label), displayed_value(theirs, name, stored))
        if shown is UNKNOWN or name in self.changed_data:
            self.conflicts.append(line)
        else:
            self.taken_over.append(line)
            put(data, field.html_name, field.field, field.field.widget, stored)

    def _shown_value(self, name: str) -> Any:
        """Return what the field held when the user opened the form; UNKNOWN if the form does not say."""
        field = self[name]
        prefix = self.add_initial_prefix("")
        if not field.field.show_hidden_initial or not any(key.startswith(prefix) for key in self.data):
            return UNKNOWN
        widget = field.field.hidden_widget()
        sent = widget.value_from_datadict(self.data, self.files, field.html_initial_name)
        try:
            value: Any = field.field.to_python(sent)
        except forms.ValidationError:
            return UNKNOWN
        return list(value) if isinstance(field.field, forms.ModelMultipleChoiceField) else value

    def save(self, commit: bool = True) -> Any:
        """Raise TypeError: only an action can lock the row and compare its version."""
        raise TypeError("Give the form's values and seen_version to an action that saves them.")


def conflict_sentence(theirs: Any) -> str:
    """Return the Swedish sentences about a conflict: who saved the row and when, and what to do."""
    who = theirs.saved_by or "Någon annan"
    when = f" {moment(theirs.saved_at)}" if theirs.saved_at else ""
    return (
        f"{who} sparade ändringar{when}, medan du skrev. Det du har ändrat står kvar i formuläret. "
        "Jämför med det som är sparat, ändra det som behövs och spara igen."
    )


def editable_data(data: Any) -> QueryDict:
    """Return a copy of a form's data that can be changed."""
    copy = QueryDict(mutable=True)
    for name in data:
        values = data.getlist(name) if hasattr(data, "getlist") else data[name]
        copy.setlist(name, values if isinstance(values, list) else [values])
    return copy


def put(data: QueryDict, name: str, field: forms.Field, widget: forms.Widget, value: Any) -> None:
    """Put a value in a form's data as the widget would send it."""
    if isinstance(widget, forms.CheckboxInput):
        sent = ["on"] if value else []
    else:
        formatted = widget.format_value(field.prepare_value(value))
        values = formatted if isinstance(formatted, list) else [formatted]
        sent = ["" if one is None else str(one) for one in values]
    if sent:
        data.setlist(name, sent)
    else:
        data.pop(name, None)


def submit(
    form: VersionedForm, save: Callable[[], SaveResult], *, refusal_at: str | None = None
) -> SaveResult | None:
    """Return what `save` returns; None if the form has errors, somebody else has saved, or the action is refused.

    The form shows which, and holds what was typed: the caller renders it again. A refusal is shown at the field that it
    names itself, otherwise at `refusal_at`.
    """
    if not form.is_valid():
        show_conflict_if_stale(form)
        return None
    try:
        return save()
    except StaleSave as stale:
        form.show_conflict(stale.theirs)
    except NotAllowed as refusal:
        form.add_error(refusal.field or refusal_at, str(refusal))
    return None


def show_conflict_if_stale(form: VersionedForm) -> None:
    """Show a conflict together with the errors of an invalid form, so that the user can correct both. Only reads."""
    row = form.instance
    if not form.is_bound or row.pk is None:
        return
    stored = type(row)._default_manager.filter(pk=row.pk).first()
    if stored is None or stored.version != form.seen_version:
        form.show_conflict(stored)
