"""What sends letters about meetings, and plans those that leave by themselves."""
