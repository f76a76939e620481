"""Lists of a meeting as files: invited and answers, for the host, for the kitchen, to sign."""
