"""The notes as an accessible archive PDF."""
