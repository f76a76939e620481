"""Approval by somebody else than the authors."""
