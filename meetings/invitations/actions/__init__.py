"""Inviting parties and people, and what happens to links and letters when something about them changes."""
