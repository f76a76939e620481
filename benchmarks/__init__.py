"""Measurements as ratios of one run: what we do, over the barest thing that could do it on the same machine.

Each module here is one subject and has `measure(stage)`, which yields (name, value, bound) lines. A bound is the worst
value that still keeps the promise, written as ("at least", 0.5) or ("at most", 2.0), or None where none is promised.
"""
