"""Signals from the register to the apps that use it and that it must not import."""

from django.dispatch import Signal

# Sent with `person` and `by` inside the transaction; each receiver returns Swedish sentences about what it did
address_changed = Signal()
