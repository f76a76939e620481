"""The field for an address that letters about a meeting go to."""

from __future__ import annotations

from typing import Any

from django import forms

from dialog_portal.base.typed_text import no_routing_signs, unquoted_address
from dialog_portal.outbox.draft import check_deliverable


class Address(forms.EmailField):
    """An address that a letter can be sent to, in the small letters that it is stored in.

    They are made before the length is measured, since a few letters become longer by it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, "validators": [unquoted_address], **kwargs})

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()

    def run_validators(self, value: str) -> None:
        """What is no address at all is said by itself; only then what is wrong with it as one."""
        super().run_validators(value)
        if value:
            self.check(value)

    def check(self, value: str) -> None:
        check_deliverable(value)


class GuestsAddress(Address):
    """The same when a stranger types it."""

    def check(self, value: str) -> None:
        no_routing_signs(value)
        super().check(value)
