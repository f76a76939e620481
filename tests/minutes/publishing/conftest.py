"""The public files lie in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def public_root(tmp_path: Path, settings: Any) -> Path:
    settings.PUBLIC_ROOT = tmp_path / "public"
    return settings.PUBLIC_ROOT  # type: ignore[no-any-return]
