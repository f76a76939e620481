"""docs/where.md answers questions with a file and a name in it: both exist, and each question is asked once."""

import ast
import re

import pytest

from tests.house.files import BASE

pytestmark = pytest.mark.once
PAGE = BASE / "docs/where.md"
ROW = re.compile(r"^\| (?P<question>[^|]+\?) \| `(?P<file>[^`]+)` \| `(?P<name>[^`]+)` \|$", re.MULTILINE)


def names_in(source: str) -> set[str]:
    """Return the functions, classes, methods, fields and constants of a module, those of classes as `Class.name`."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        found |= names_of(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in names_of(inner)}
    return found


def names_of(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()


def missing(page: str) -> list[str]:
    """Return what a page promises and the project does not hold, as sentences."""
    wrong = []
    for row in ROW.finditer(page):
        path = BASE / row["file"]
        if not path.is_file():
            wrong.append(f"{row['file']} does not exist")
        elif path.suffix == ".py" and row["name"] not in names_in(path.read_text()):
            wrong.append(f"{row['file']} has no {row['name']}")
        elif path.suffix != ".py" and row["name"] not in path.read_text():
            wrong.append(f"{row['file']} does not say {row['name']}")
    return wrong


def test_every_answer_exists():
    assert missing(PAGE.read_text()) == []


def test_some_forty_questions_are_asked_each_once():
    asked = [row["question"] for row in ROW.finditer(PAGE.read_text())]
    assert (len(asked) >= 40, len(set(asked))) == (True, len(asked))


def test_every_row_of_the_tables_is_a_question_with_its_answer():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and "`" in line]
    assert [line for line in rows if not ROW.match(line)] == []


@pytest.mark.parametrize(
    "row",
    [
        "| Where? | `meetings/nowhere.py` | `main` |",
        "| Where? | `manage.py` | `nothing_like_that` |",
        "| Where? | `Makefile` | `no such rule` |",
    ],
)
def test_an_answer_that_does_not_exist_is_found(row: str):
    assert len(missing(row)) == 1
