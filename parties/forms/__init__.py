"""Staff forms for parties, categories, mandates and people."""
