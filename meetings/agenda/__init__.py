"""The agenda of a meeting: its points, their order, and how far it has been agreed."""
