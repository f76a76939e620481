"""Rounds, groups and meetings, from plan to held or cancelled."""
