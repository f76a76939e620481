"""Old addresses that lead to pages of this site: a table that staff edit."""
