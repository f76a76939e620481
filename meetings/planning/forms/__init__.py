"""What staff type about rounds and meetings."""
