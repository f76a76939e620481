"""How the register's forms are sent: saved by one action, or shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError
from django.http import HttpRequest

from dialog_portal.base.stale_saves import StaleSave
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.versioned_form import show_conflict_if_stale

CROSSED = "Någon annan sparade samma sak samtidigt. Kontrollera uppgifterna och spara igen."
Result = TypeVar("Result")


def submit_forms(request: HttpRequest, *forms: Any, save: Callable[[], Result]) -> Result | None:
    """Return what `save` returns; None when nothing was sent or saved. The first form says what no field can.

    All forms are checked, so that everything wrong is shown at once. A rival who saved the same thing in
    between is met by the database's constraints.
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
        first.add_error(None, CROSSED)
    return None
