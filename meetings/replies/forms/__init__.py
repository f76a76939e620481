"""What guests and staff type about answers."""
