"""Letters about answers: receipts, and letters about substitutes."""
