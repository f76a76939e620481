"""A view that reads a form renders it again when the action is refused: a redirect would lose what was typed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.files import BASE, tracked

pytestmark = pytest.mark.once


def reads_form(function: ast.FunctionDef) -> bool:
    """Return whether the function gives what was sent to a form."""
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args)
    return any(ast.unparse(call.args[0]).split()[0] == "request.POST" for call in calls)


def redirecting_handlers(source: str) -> Iterator[str]:
    """Yield the functions that read a form and answer a refusal with a redirect."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and reads_form(function):
            handlers = (node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler))
            refused = (one for one in handlers if one.type and "NotAllowed" in ast.unparse(one.type))
            if any("redirect" in ast.unparse(one) for one in refused):
                yield function.name


def test_no_view_with_a_form_answers_a_refusal_with_a_redirect():
    views = [path for path in tracked("*.py") if "views" in path.parts or path.name == "views.py"]
    found = {
        str(path.relative_to(BASE)): names
        for path in views
        if (names := list(redirecting_handlers(path.read_text())))
    }
    assert (found, len(views) > 20) == ({}, True)


def test_a_view_that_loses_what_was_typed_is_found():
    source = """
def change(request, pk):
    form = ItemForm(request.POST or None)
    try:
        save(form)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:start")
"""
    assert list(redirecting_handlers(source)) == ["change"]
