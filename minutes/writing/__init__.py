"""Writing the notes, by several people at once."""
