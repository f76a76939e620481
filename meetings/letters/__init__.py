"""The letters of the chain, one function for each."""
