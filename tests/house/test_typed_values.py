"""Nothing that people type goes past the door: every form's fields and every column clean it."""

from importlib import import_module
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django_prose_editor.fields import ProseEditorFormField

from dialog_portal.base.states import Step
from dialog_portal.base.typed_columns import Cleaned, DayColumn
from dialog_portal.base.typed_fields import DayField, LineField, ParagraphsField, WebAddressField
from dialog_portal.outbox.address_field import Address
from tests.house.test_imports import sources

pytestmark = pytest.mark.once

OURS = ("dialog_portal.", "parties.", "meetings.", "minutes.")
CLEANING = (LineField, ParagraphsField, Address, WebAddressField, ProseEditorFormField)
# Written by the portal or the database, not by people; and HTML, which minutes/sanitise cleans
NOT_TYPED = {
    "access": """
        User.password User.role User.morning_letter User.morning_letter_on StaffInvitation.role
        Event.what Event.thing Contribution.subject Contribution.part
    """,
    "parties": """
        Category.slug Party.slug RegisterImport.sha256 RegisterImport.state ImportedRow.kind
        ImportedRow.mark
    """,
    "meetings": """
        Agenda.state Agenda.settled_digest AgendaConsultation.how LetterToRead.address
        LetterToRead.kind CalendarReply.address MeetingLetter.agenda Meeting.slug Meeting.state
        Meeting.uid Meeting.online Invitee.calendar_secret CalendarReply.outcome
        CalendarReply.partstat CalendarReply.why PlannedMailing.purpose PlannedMailing.state
        MeetingLetter.purpose Reply.answer Reply.channel Wording.purpose
    """,
    "minutes": """
        Section.html SectionRevision.html Minutes.state Rendering.html Rendering.json
        Rendering.sha256 Bake.reason Bake.trouble Approval.content_hash PublicText.kind
        AccessibilityReport.kind AccessibilityReport.answer_by
    """,
}


def every_form() -> list[type[forms.BaseForm]]:
    """Every form of the portal, also those that no page has imported yet."""
    for module, source in sources().items():
        if "Form" in source and "migrations" not in module:
            import_module(module)
    found: list[type[forms.BaseForm]] = []
    waiting: list[Any] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith(OURS) and hasattr(form, "base_fields"):
            found.append(form)
    return found


def is_cleaning(field: forms.Field) -> bool:
    if isinstance(field, forms.DateField):
        return isinstance(field, DayField)
    secret = isinstance(field.widget, forms.HiddenInput | forms.PasswordInput)
    return secret or not isinstance(field, forms.CharField) or isinstance(field, CLEANING)


def test_every_form_types_through_the_door():
    """Also one that is written tomorrow: use the fields of typed_fields.py, and Address for addresses."""
    bare = [
        f"{form.__module__}.{form.__qualname__}.{name}: {type(field).__name__}"
        for form in every_form()
        if form.__module__ != "dialog_portal.access.sign_in"  # allauth's, whose fields are replaced when made
        for name, field in form.base_fields.items()
        if not is_cleaning(field)
    ]
    assert bare == []


def test_every_column_that_people_type_into_is_cleaned():
    bare: list[str] = []
    for app, names in NOT_TYPED.items():
        for model in apps.get_app_config(app).get_models():
            for field in () if issubclass(model, Step) else model._meta.local_fields:
                known = (
                    isinstance(field, Cleaned | DayColumn)
                    or f"{model.__name__}.{field.name}" in names.split()
                )
                text = (
                    isinstance(field, models.CharField | models.TextField) or type(field) is models.DateField
                )
                if text and not known:
                    bare.append(f"{app}: {model.__name__}.{field.name}")
    assert bare == []
