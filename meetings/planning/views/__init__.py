"""Staff pages about rounds, groups and meetings."""
