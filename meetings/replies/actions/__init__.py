"""What stores an answer, and what follows from it."""
