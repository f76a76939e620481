"""Forms that guests, coordinators and staff fill in about answers."""
