"""Here every PDF is made, also one that was made before."""

import pytest


@pytest.fixture
def pages_typeset_once() -> None:
    """In the place of the fixture that lets a page be typeset once in a run."""
