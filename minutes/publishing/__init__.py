"""Editions, baking, and the public pages."""
