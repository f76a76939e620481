"""The agenda of a meeting: its items, their order, and its state (draft, consultation, settled)."""
