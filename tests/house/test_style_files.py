"""House rules about stylesheets, scripts and templates: one thing a line, and no line that has to be scrolled."""

import re
import tomllib

import pytest

from tests.house.files import BASE, tracked

pytestmark = pytest.mark.once
LONGEST_LINE = 120
TEMPLATE_TAG = re.compile(r"{[%{#].*?[%}#]}")
QUOTED = re.compile(r'"[^"]*"')
STRING_OR_COMMENT = re.compile(r"/\*.*?\*/|\"[^\"]*\"|'[^']*'|\([^()]*\)", re.DOTALL)


def sheets() -> dict[str, str]:
    """Name and text of every stylesheet of the site."""
    return {str(path.relative_to(BASE)): path.read_text() for path in tracked("static/css/*.css")}


def scripts_and_pages() -> dict[str, str]:
    """Name and text of every script, and of every template that the formatter looks after."""
    left_alone = tuple(
        tomllib.loads((BASE / "pyproject.toml").read_text())["tool"]["djangofmt"]["extend-exclude"]
    )
    files = {str(path.relative_to(BASE)): path for path in tracked("static/js/*.js", "templates/*.html")}
    return {name: path.read_text() for name, path in files.items() if not name.startswith(left_alone)}


def can_be_broken(line: str) -> bool:
    """Whether a line has a place to break: white space outside of template tags and quotes, not counting `<tag `."""
    bare = re.sub(r"^<[\w-]+ ", "", TEMPLATE_TAG.sub("_", line).strip())
    return len(QUOTED.sub("", bare).split()) > 1


def too_long(text: str) -> list[str]:
    """Return the lines that are too long and need not be."""
    return [line for line in text.splitlines() if len(line) > LONGEST_LINE and can_be_broken(line)]


def crowded(sheet: str) -> list[str]:
    """Return the lines of a stylesheet that hold more than one declaration, or a declaration beside a brace."""
    bare = STRING_OR_COMMENT.sub(lambda hit: "\n" * hit.group().count("\n"), sheet)
    dense = re.compile(r";\s*[^\s]|{\s*[^\s}]|[^\s{]\s*}")
    return [line.strip() for line in bare.splitlines() if dense.search(line)]


def test_no_line_has_to_be_scrolled():
    files = {**sheets(), **scripts_and_pages()}
    assert [f"{name}: {line}" for name, text in files.items() for line in too_long(text)] == []


def test_a_stylesheet_says_one_declaration_a_line():
    assert [f"{name}: {line}" for name, text in sheets().items() for line in crowded(text)] == []


WORDS = "ord " * 40
LONG_TAG = '{% include "a.html" with text="' + WORDS + '" %}'


@pytest.mark.parametrize(
    "line", [WORDS, f"<p>{WORDS}</p>", f'<a class="{WORDS}" href="/">', f"{LONG_TAG} och"]
)
def test_a_line_that_is_too_long_is_found(line: str):
    assert too_long(f"kort\n{line}\nkort") == [line]


@pytest.mark.parametrize("line", [LONG_TAG, f'<li data-state="{WORDS}">', f'  class="{WORDS}"', "kort"])
def test_a_line_that_cannot_be_broken_may_be_long(line: str):
    assert too_long(line) == []


@pytest.mark.parametrize(
    "line", ["a { color: red; }", "  color: red; margin: 0;", "a { color: red;", "color: red; }"]
)
def test_a_crowded_line_is_found(line: str):
    assert crowded(f"/* so; so */\n{line}\n") == [line.strip()]


def test_a_rule_with_one_declaration_a_line_is_not_crowded():
    assert crowded('@import "parts/a.css";\na::before {\n  content: "; }";\n  inset: 0;\n}\n') == []


def test_every_part_of_the_stylesheets_is_loaded():
    parts = {name.removeprefix("static/css/") for name in sheets() if "/parts/" in name}
    loaded = {
        found for text in sheets().values() for found in re.findall(r'^@import "(.+)";$', text, re.MULTILINE)
    }
    assert parts == loaded
