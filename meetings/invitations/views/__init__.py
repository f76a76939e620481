"""Pages about who is invited."""
