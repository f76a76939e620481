"""Actions that change rounds, groups and meetings."""
