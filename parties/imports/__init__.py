"""Contacts and parties from a file: shown row by row, written when somebody says so, undone as a whole."""
