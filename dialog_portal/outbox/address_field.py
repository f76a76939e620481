"""The field and the column for an e-mail address: what forms type, rows hold and letters go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models

from dialog_portal.base.typed_columns import Cleaned
from dialog_portal.base.typed_text import clean_address, no_routing_signs, one_address, unquoted_address
from dialog_portal.outbox.draft import check_deliverable


class Address(forms.EmailField):
    """An address that a letter can be sent to, as `clean_address` returns it: in small letters, without a name around.

    It is cleaned before its length is measured, since what stands around it and a few letters change that. The browser
    must not check it: it would refuse in its own language what the portal understands.
    """

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, "validators": [unquoted_address], **kwargs})

    def to_python(self, value: Any) -> str:
        return clean_address(str(super().to_python(value)))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A keyboard with @ on a telephone; no completion of words, which would change the address."""
        return {
            **super().widget_attrs(widget),
            "inputmode": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def run_validators(self, value: str) -> None:
        """What is no address at all is said by itself; only then what is wrong with it as one."""
        one_address(value)
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


if TYPE_CHECKING:
    AddressColumn = models.EmailField
else:

    class AddressColumn(Cleaned, models.EmailField):
        """A typed address."""

        formfield_class, known_as = Address, "EmailField"
        cleaned = staticmethod(clean_address)
