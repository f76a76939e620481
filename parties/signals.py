"""What the register tells the rooms above it, which it does not know."""

from django.dispatch import Signal

# Sent with person and by, inside the transaction; each receiver answers sentences in Swedish about what it did
address_changed = Signal()
