"""Sending the approved notes to the participants by mail."""
