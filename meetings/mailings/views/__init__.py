"""Staff pages: preview and progress of a mailing, its wording, automatic reminders."""
