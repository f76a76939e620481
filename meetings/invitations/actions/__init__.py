"""What changes who is invited, and their links and addresses."""
