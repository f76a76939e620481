"""What changes rounds, groups and meetings."""
