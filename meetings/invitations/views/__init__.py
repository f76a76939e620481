"""Staff pages about who is invited, and the page for guests who have lost their link."""
