"""Measurements as ratios of one run: what we do, over the barest thing that could do it on the same machine.

Each subject is a module with its figures, each with a goal and what the last release measured, and `measure(stage)`,
which yields (figure, value) pairs. The rest is what subjects share: the stage, figures, processes and their usage.
"""
