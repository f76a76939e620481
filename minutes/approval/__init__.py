"""Approval of the notes by a person who is not one of the authors (four eyes)."""
