"""What every app stands on: states, stale saves, typed text, Swedish, encryption, the audit log."""
