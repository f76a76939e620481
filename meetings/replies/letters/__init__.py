"""Receipts and the letters about substitutes."""
