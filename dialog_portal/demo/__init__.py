"""An invented year beside the real structure of the region, so that every page has something to show.

Everything is made by the same actions that people use, at the times it would have happened.
"""
