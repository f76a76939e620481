"""The letters that staff send for a meeting: their recipients, wording, preview and reminders."""
