"""The queue of letters: post, claim, finish, limits, sweep."""
