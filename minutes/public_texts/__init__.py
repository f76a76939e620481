"""Staff edit the texts of the public site: write, preview, publish, and take back an earlier version."""
