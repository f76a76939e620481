"""What officers do with the register. Each action is atomic and leaves a row in the audit log."""
