"""What people type about parties, categories, mandates and people."""
