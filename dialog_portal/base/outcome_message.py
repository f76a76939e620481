"""Run an action for a staff page, and show the person whether it succeeded or why it was refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from dialog_portal.base.states import NotAllowed


def run_with_message(request: HttpRequest, action: Callable[[], Any], success: str) -> None:
    """Run the action and add a message to the next page: `success`, or the reason when it raises NotAllowed."""
    try:
        action()
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, success)
