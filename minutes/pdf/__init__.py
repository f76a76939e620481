"""The notes as an accessible PDF for the archive (PDF/A-3a and PDF/UA-1)."""
