"""The letters that staff send for a meeting: recipients, wording, preview, sending and automatic reminders."""
