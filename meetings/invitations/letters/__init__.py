"""Letters about links and about what has changed before it was sent."""
