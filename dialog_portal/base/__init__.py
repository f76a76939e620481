"""What every app uses: state transitions, stale saves, typed text, Swedish dates and sorting, encryption, audit log."""
