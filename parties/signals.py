"""Signals from the register to the apps that use it and that it must not import."""

from django.dispatch import Signal

# Sent with `person` and `by` inside the transaction; each receiver returns Swedish sentences about what it did
address_changed = Signal()
# Sent with `person`, `before` (the row as it was) and `event`, when it concerns somebody who is or was protected and
# the protection, the name or the address changed; inside the transaction, and each receiver returns Swedish sentences
protection_changed = Signal()
