"""What tests of the queue stand on."""

from typing import Any

import pytest


@pytest.fixture
def no_limit(settings: Any, db: None) -> None:
    """As many letters a minute as there are."""
    settings.MAIL_PER_MINUTE = 0
