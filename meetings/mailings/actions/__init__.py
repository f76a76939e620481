"""Sending letters about meetings, and planning the automatic ones."""
