"""Actions on the register of parties, categories, people and mandates. Each adds an event to the audit log."""
