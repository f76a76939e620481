"""Planning: rounds, groups and meetings, until a meeting is held or cancelled."""
