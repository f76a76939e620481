"""Meetings to which one or two people have been invited."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world() -> World:
    return World().invite()


@pytest.fixture
def two() -> World:
    return World(2).invite()
