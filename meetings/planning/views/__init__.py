"""Staff pages about rounds and meetings."""
