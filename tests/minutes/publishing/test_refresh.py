"""The pages that are kept in step with the portal beside the notes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minutes.publishing.refresh import rebuild_pages, refresh_pages


@pytest.mark.django_db
@pytest.mark.parametrize("bake", [refresh_pages, rebuild_pages])
def test_the_page_that_nginx_answers_with_when_there_is_no_file_is_baked(
    bake: Callable[[], Any], tmp_path: Path, settings: Any
) -> None:
    settings.PUBLIC_ROOT = tmp_path
    bake()
    page = (tmp_path / "404.html").read_text()
    assert "<h1>Sidan finns inte</h1>" in page
    assert re.search(r'<body class="public">', page)
    assert "css/public.css" in page
    assert gzip.decompress((tmp_path / "404.html.gz").read_bytes()).decode() == page
