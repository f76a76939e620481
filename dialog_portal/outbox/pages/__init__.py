"""The staff's pages about letters."""
