"""Notes and their PDFs, which take a second each to typeset."""

from functools import cache

import pytest

from minutes.pdf import render

typeset_once = cache(render.typeset_in_child)


@pytest.fixture(autouse=True)
def pages_typeset_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typeset each page once in a run: the same page gives the same bytes, which the tests of the PDF show."""
    monkeypatch.setattr(render, "typeset_in_child", typeset_once)
