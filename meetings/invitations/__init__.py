"""Who is invited to a meeting: parties and their seats, people and their addresses and links."""
