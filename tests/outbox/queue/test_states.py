"""The states of a letter: where they may go, that each step can be found again, and that nobody else sets them."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from django.utils import timezone

from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.models import LETTER_NEXT, Letter, LetterStep, State
from dialog_portal.outbox.queue.states import change, change_by_try, change_many
from tests.house.files import BASE, tracked
from tests.outbox.letters import letter

ALLOWED = {
    ("queued", "sending"), ("queued", "stopped"), ("queued", "failed"), ("queued", "accepted"),
    ("sending", "sending"), ("sending", "queued"), ("sending", "accepted"), ("sending", "retrying"),
    ("sending", "failed"), ("sending", "stopped"),
    ("retrying", "sending"), ("retrying", "stopped"), ("retrying", "failed"), ("retrying", "accepted"),
    ("accepted", "bounced"),
    ("failed", "retrying"), ("failed", "stopped"), ("failed", "accepted"),
    ("stopped", "queued"), ("stopped", "accepted"),
}  # fmt: skip
PAIRS = list(product(State, State))
ids = [f"{before} to {after}" for before, after in PAIRS]


def fields(state: State) -> dict[str, object]:
    """What a row in that state must have beside it."""
    now = timezone.now()
    return {
        State.SENDING: {"lease_until": now + timedelta(minutes=5)},
        State.ACCEPTED: {"accepted_at": now},
    }.get(state, {})


def in_state(state: State) -> Letter:
    row = letter()
    Letter.objects.filter(pk=row.pk).update(state=state, **fields(state))
    return Letter.objects.get(pk=row.pk)


def now(row: Letter) -> str:
    return Letter.objects.get(pk=row.pk).state


def steps(row: Letter) -> list[tuple[str, str, str]]:
    return list(LetterStep.objects.filter(letter=row).values_list("before", "after", "reason"))


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=ids)
def test_a_letter_moves_only_where_the_rules_say_and_leaves_a_step(db, before, after):
    row = in_state(before)
    if (before, after) in ALLOWED:
        change(row, after, by=None, reason="prov", cannot="det", **fields(after))
        assert (now(row), steps(row)) == (after, [(before, after, "prov")])
    else:
        with pytest.raises(NotAllowed, match="kan inte det"):
            change(row, after, by=None, reason="prov", cannot="det", **fields(after))
        assert (now(row), steps(row)) == (before, [])


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=ids)
def test_many_letters_move_only_where_the_rules_say_and_each_leaves_a_step(db, before, after):
    rows = [in_state(before), in_state(before)]
    if (before, after) in ALLOWED:
        assert change_many(Letter.objects.all(), after, by=None, reason="prov", **fields(after)) == 2
        assert [(now(row), steps(row)) for row in rows] == [(after, [(before, after, "prov")])] * 2
    else:
        with pytest.raises(NotAllowed):
            change_many(Letter.objects.all(), after, by=None, reason="prov", **fields(after))
        assert [(now(row), steps(row)) for row in rows] == [(before, [])] * 2


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=ids)
def test_a_try_moves_a_letter_only_where_the_rules_say(db, before, after):
    row = in_state(before)
    allowed = (before, after) in ALLOWED
    assert change_by_try(Letter.objects.all(), after, **fields(after)) == int(allowed)
    assert (now(row), steps(row)) == (after if allowed else before, [])


def test_one_letter_that_may_not_keeps_all_the_others_where_they_are(db):
    rows = [in_state(State.QUEUED), in_state(State.BOUNCED)]
    with pytest.raises(NotAllowed):
        change_many(Letter.objects.all(), State.STOPPED, by=None, reason="prov")
    assert [now(row) for row in rows] == [State.QUEUED, State.BOUNCED]
    assert LetterStep.objects.count() == 0


@pytest.mark.once
def test_the_table_is_the_one_that_was_meant():
    assert {(before, after) for before, ones in LETTER_NEXT.items() for after in ones} == ALLOWED


# --- Nobody else sets a state ----------------------------------------------------------------------------------------

# Where states are set: the one function for all kinds of rows, the try's compare and set, and the statement in SQL
SETTERS = {
    "dialog_portal/base/states.py": 3,
    "dialog_portal/outbox/queue/states.py": 1,
    "dialog_portal/outbox/queue/fast_finish.py": 1,
    "dialog_portal/outbox/inbox/imap.py": 1,  # of a connection, by the library's own name for it
}
WRITES = {"update", "bulk_update", "update_or_create", "get_or_create", "setattr"}
SQL = re.compile(r"\bset\b[^;]*\bstate\s*=", re.IGNORECASE)


def is_state(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == "state"


def sets_state(node: ast.AST) -> bool:
    """Whether this piece of code gives a row another state."""
    match node:
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets)
        case (
            ast.AnnAssign(target=ast.Attribute(attr="state"))
            | ast.AugAssign(target=ast.Attribute(attr="state"))
        ):
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in WRITES:
            given = {keyword.arg for keyword in node.keywords}
            return "state" in given or any(is_state(part) for part in ast.walk(node))
        case ast.Call(func=ast.Name(id="Letter")):
            return any(keyword.arg == "state" for keyword in node.keywords)
        case ast.Dict(keys=keys, values=values):
            states = [value for key, value in zip(keys, values, strict=True) if is_state(key)]
            return any(isinstance(one, ast.Attribute | ast.Name) for one in states)
        case ast.Constant(value=str(text)):
            return bool(SQL.search(text))
    return False


def setters(source: str) -> Iterator[ast.AST]:
    return (node for node in ast.walk(ast.parse(source)) if sets_state(node))


def sources() -> Iterator[Path]:
    for path in tracked("*.py"):
        parts = path.relative_to(BASE).parts
        if parts[0] not in ("tests", "benchmarks") and "migrations" not in parts:
            yield path


@pytest.mark.once
def test_no_other_code_sets_a_state():
    found = {str(path.relative_to(BASE)): len(list(setters(path.read_text()))) for path in sources()}
    assert {name: number for name, number in found.items() if number} == SETTERS


@pytest.mark.once
@pytest.mark.parametrize(
    "source",
    [
        "letter.state = State.STOPPED",
        "letter.state: str = State.STOPPED",
        "Letter.objects.filter(pk=1).update(state=State.STOPPED)",
        "Letter.objects.bulk_update(rows, ['state'])",
        "Letter(state=State.FAILED)",
        "setattr(letter, 'state', State.FAILED)",
        "changes = {'state': State.FAILED}",
        "cursor.execute('UPDATE outbox_letter SET worker = 1, state = 2')",
    ],
)
def test_control_each_way_to_set_a_state_is_found(source: str):
    assert list(setters(source)) != []
