"""What readers report about accessibility: the public form, the letter to its owner, and the staff's list."""
