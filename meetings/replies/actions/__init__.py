"""Storing an answer, and everything that follows from it."""
