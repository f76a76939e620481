"""Writing the notes, by several people at the same time."""
