"""Which module may import which: rooms stand on each other in one order, and nothing goes in a circle.

Every import is read, also those inside functions and those made for types only: they are knowledge all the same.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.house.files import BASE, tracked

pytestmark = pytest.mark.once

# Each room may import from itself and from the rooms named here
MAY_IMPORT: dict[str, set[str]] = {
    "project": set(),
    "base": {"project"},
    "links": {"project", "base"},
    "outbox": {"project", "base"},
    "access": {"project", "base", "links", "outbox"},  # accounts are offered by a letter with a link
    "parties": {"project", "base", "links", "outbox", "access"},
    "meetings": {"project", "base", "links", "outbox", "access", "parties"},
    "minutes": {"project", "base", "links", "outbox", "access", "parties", "meetings"},
    "roof": {"project", "base", "links", "outbox", "access", "parties", "meetings", "minutes"},
}
APPS = ("parties", "meetings", "minutes")
ROOF = {"dashboard", "demo", "urls", "server", "web"}
PROJECT = {"__init__", "celery", "environment", "settings", "shared_memory", "wsgi"}

# The subjects of an app from the ground up; those on one line do not know each other
SUBJECTS: dict[str, tuple[set[str], ...]] = {
    "meetings": (
        {"models", "audit_events"},
        {"seed"},
        {"mailings"},
        {"agenda"},  # a new agenda is owed to those who have been sent an older one
        {"replies"},
        {"attendance"},
        {"invitations", "lists"},
        {"planning"},
        {"apps", "tasks", "urls"},
    ),
    "minutes": (
        {"sanitise", "audit_events"},
        {"models"},
        {"document", "protected_people"},
        {"compile_document", "document_html"},
        {"pdf"},
        {"writing"},
        {"approval"},
        {"publishing"},
        {"distribution", "public_texts", "redirects", "accessibility_reports"},
        {"overview"},
        {"apps", "management", "tasks", "urls"},
    ),
}
# Inside an app: models <- letters <- actions, forms <- views, tasks <- urls
LEVELS = {"models": 0, "letters": 1, "actions": 2, "forms": 2, "views": 3, "tasks": 3, "admin": 3, "urls": 4}
STRANGERS = ({"actions", "forms"},)  # on the same level, and neither knows the other


def room(module: str) -> str | None:
    """Return the room of a module, None for what is not the project's own."""
    first, _, rest = module.partition(".")
    if first in APPS:
        return first
    if first != "dialog_portal":
        return None
    inner = rest.partition(".")[0] or "__init__"
    if inner in MAY_IMPORT and inner not in APPS:
        return inner
    return "roof" if inner in ROOF else "project" if inner in PROJECT else None


def app(module: str) -> str:
    """Return the app that a module belongs to: a folder on the top level, or one of dialog_portal's."""
    parts = module.split(".")
    return parts[1] if parts[0] == "dialog_portal" and len(parts) > 1 else parts[0]


def subject(module: str) -> int | None:
    """Return how high up in its app the subject of a module stands."""
    parts = module.split(".")
    rows = SUBJECTS.get(parts[0], ())
    return next((n for n, row in enumerate(rows) if len(parts) > 1 and parts[1] in row), None)


def level(module: str) -> str | None:
    """Return which of the levels a module stands on: actions for `meetings.replies.actions.answer`."""
    return next((part for part in module.split(".")[1:] if part in LEVELS), None)


def imports(source: str, modules: set[str]) -> Iterator[str]:
    """Yield every module of the project that a source names, wherever in the source that is."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules else node.module for name in whole)


def breaches(module: str, source: str, modules: set[str]) -> list[str]:
    """Return a sentence for each import that a module may not make."""
    found = [why for named in imports(source, modules) for why in wrong(module, named)]
    return list(dict.fromkeys(found))


def wrong(module: str, named: str) -> Iterator[str]:
    """Yield what is wrong with one import."""
    if named.partition(".")[0] in {"tests", "benchmarks"}:
        yield f"{module} imports {named}, which is not part of the portal"
    here, there = room(module), room(named)
    if here is None or there is None:
        return
    if there != here and there not in MAY_IMPORT[here]:
        yield f"{module} ({here}) imports {named} ({there})"
    if app(module) == app(named):
        yield from wrong_inside(module, named)


def wrong_inside(module: str, named: str) -> Iterator[str]:
    """Yield what is wrong with an import from the same app."""
    mine, theirs = subject(module), subject(named)
    apart = module.split(".")[1:2] != named.split(".")[1:2]
    if mine is not None and theirs is not None and apart and theirs >= mine:
        yield f"{module} imports {named}, whose subject does not lie below it"
    low, high = level(module), level(named)
    if low and high and LEVELS[low] < LEVELS[high]:
        yield f"{module} ({low}) imports {named} ({high}), which stands above it"
    if any({low, high} == pair for pair in STRANGERS):
        yield f"{module} ({low}) imports {named} ({high}): neither may know the other"


def sources() -> dict[str, str]:
    """Return every module of the portal with its source."""
    found = {}
    for path in tracked("dialog_portal/*.py", *(f"{name}/*.py" for name in APPS)):
        name = ".".join(path.relative_to(BASE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path.read_text()
    return found


def graph(found: dict[str, str]) -> dict[str, set[str]]:
    """Return which modules of the portal each of them imports."""
    names = set(found)
    return {
        name: {one for one in imports(text, names) if one in names} - {name} for name, text in found.items()
    }


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, however long the way round is."""
    reach = {name: reachable(name, edges) for name in edges}
    groups = {frozenset([name, *(one for one in reach[name] if name in reach[one])]) for name in edges}
    return [sorted(group) for group in groups if len(group) > 1]


def reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += edges[name]
    return seen


def test_imports_point_downwards():
    found = sources()
    assert [why for name, text in found.items() for why in breaches(name, text, set(found))] == []


def test_no_modules_import_each_other_in_a_circle():
    assert circles(graph(sources())) == []


def test_every_module_of_the_portal_has_a_room():
    assert [name for name in sources() if room(name) is None] == []


def test_every_subject_of_an_app_has_its_place():
    """A folder that the order does not know would escape it."""
    inside = {
        (name.split(".")[0], name.split(".")[1])
        for name in sources()
        if name.count(".") and name.startswith(APPS)
    }
    known = {(one, part) for one, rows in SUBJECTS.items() for row in rows for part in row}
    assert {pair for pair in inside if pair[0] in SUBJECTS and pair[1] != "migrations"} - known == set()


KNOWN = {
    "meetings.invitations.actions.invite",
    "meetings.replies.actions.answer",
    "meetings.planning.views.meetings",
    "meetings.models",
}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("parties.views", "from meetings.models import Meeting"),
        ("dialog_portal.outbox.queue.post", "def f():\n    import minutes.models"),
        ("dialog_portal.outbox.pages.views", "from dialog_portal.access.models import User"),
        ("dialog_portal.base.swedish", "from parties.models import Party"),
        ("dialog_portal.links.guest_view", "from dialog_portal.outbox.models import Letter"),
        ("minutes.approval.actions", "from dialog_portal.dashboard import start_page"),
        (
            "meetings.models.meeting",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import meetings.replies.answer_lock",
        ),
        ("meetings.replies.actions.answer", "from meetings.replies.views.guest import page"),
        ("meetings.replies.actions.answer", "from meetings.replies.forms.guest import Needs"),
        ("meetings.replies.forms.guest", "from meetings.replies.actions.answer import Wish"),
        ("meetings.mailings.actions.send", "from meetings.replies.answer_lock import lock"),
        ("meetings.attendance.actions", "from meetings.invitations.actions import invite"),
        ("meetings.replies.views.guest", "from tests.factories import user"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str):
    assert breaches(module, source, KNOWN) != []


def test_imports_inside_the_rules_are_let_through():
    source = "from minutes.approval.actions import approve\nfrom parties.models import Party"
    assert breaches("minutes.approval.views", source, KNOWN) == []


def test_a_circle_is_found_however_long_it_is():
    edges: dict[str, Iterable[str]] = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert circles({name: set(ones) for name, ones in edges.items()}) == [["a", "b", "c"]]


def test_folders_of_the_portal_are_packages():
    folders = {path.parent for path in tracked("dialog_portal/*.py", *(f"{name}/*.py" for name in APPS))}
    assert [
        str(Path(one).relative_to(BASE)) for one in sorted(folders) if not (one / "__init__.py").exists()
    ] == []
