"""Who is invited to a meeting: parties and their seats, people, their addresses and their personal links."""
