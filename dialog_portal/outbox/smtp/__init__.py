"""Handing a letter to the mail server, and what the server's answer means."""
