"""Attendance: who came to a meeting."""
