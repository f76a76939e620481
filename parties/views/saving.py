"""Submit the register's forms: save them with one action, or show their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest

from dialog_portal.base.stale_saves import SaveResult, StaleSave
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.versioned_form import show_conflict_if_stale

SIMULTANEOUS_SAVE = "Någon annan sparade samma sak samtidigt. Kontrollera uppgifterna och spara igen."


def submit_forms(request: HttpRequest, *forms: Any, save: Callable[[], SaveResult]) -> SaveResult | None:
    """Return what `save` returns; None if nothing was sent or saved. Errors of no field are added to the first form.

    All forms are validated, so that all errors are shown at once. If somebody else saves the same thing at the same
    moment, a database constraint stops the second save.
    """
    if request.method != "POST":
        return None
    first = forms[0]
    valid = [form.is_valid() for form in forms]
    if not all(valid):
        show_conflict_if_stale(first)
        return None
    try:
        return save()
    except StaleSave as stale:
        first.show_conflict(stale.theirs)
    except NotAllowed as refusal:
        first.add_error(None, str(refusal))
    except IntegrityError:
        first.add_error(None, SIMULTANEOUS_SAVE)
    return None
