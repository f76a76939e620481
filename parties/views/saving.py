"""How the register's forms are saved: in one transaction, or shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from dialog_portal.base.states import NotAllowed

CROSSED = "Någon annan sparade samma sak samtidigt. Kontrollera uppgifterna och spara igen."


def saved(request: HttpRequest, *forms: Any, save: Callable[[], object]) -> bool:
    """Whether the forms were sent, found right and saved. The first form gets the error that no field has.

    All forms are checked, so that everything wrong is shown at once. A rival who saved the same thing in
    between is met by the database's constraints.
    """
    if request.method != "POST":
        return False
    try:
        with transaction.atomic():
            right = [form.is_valid() for form in forms]
            if not all(right):
                return False
            save()
    except NotAllowed as refusal:
        forms[0].add_error(None, str(refusal))
        return False
    except IntegrityError:
        forms[0].add_error(None, CROSSED)
        return False
    return True
