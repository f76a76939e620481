"""How a letter about a meeting is written, and who gets it."""
