"""Mailing the approved notes to the participants."""
