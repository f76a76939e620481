"""What changes minutes: writing, approving, distributing and publishing."""
