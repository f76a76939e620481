"""Chance that grows from the seed of the run."""

import random

import pytest


@pytest.fixture
def rng(seed) -> random.Random:
    return random.Random(seed)
