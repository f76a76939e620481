"""Staff forms for rounds, groups and meetings."""
