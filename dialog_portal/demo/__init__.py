"""Demo data: the region's real parties with invented people and meetings, so that every page has something to show.

Everything is created by the same actions that people use, with the clock set to the time when it would have happened.
"""
