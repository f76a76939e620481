"""The guests' pages, and the staff's pages about answers."""
