"""The public site: ordinary views whose answers are baked to files, so that reading needs no database."""
