"""`make bench` runs whole, and says with its status whether a floor is broken."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import report
from benchmarks.figure import HEADING, WIDTH, Figure

BASE = Path(__file__).resolve().parent.parent
PREPARED = ["Starting PostgreSQL and Redis", "Making the demo to measure on", HEADING]
FAST = Figure("speed", ">=", goal=1.0, released=0.8)
SMALL = Figure("memory", "<=", goal=150, released=212)


def rows(printed: list[str]) -> list[str]:
    """The lines of figures, which must all have their value in the same column."""
    return [line for line in printed if line[WIDTH : WIDTH + 9].strip().replace(".", "").isdecimal()]


@pytest.mark.once
@pytest.mark.parametrize(
    ("subjects", "figures"),
    [
        pytest.param(
            ["import_preview", "pages", "pdf", "public", "publishing", "upkeep"],
            2 + 8 + 1 + 4 + 1 + 3,
            id="pages and files",
        ),
        # these start every process of the portal, which takes most of a minute
        pytest.param(
            ["click", "letters", "memory"],
            2 + 16 + 4,
            id="processes",
            marks=[pytest.mark.fault, pytest.mark.long],
        ),
    ],
)
def test_every_subject_runs_in_a_tiny_size_and_prints_only_its_figures(subjects: list[str], figures: int):
    command = [sys.executable, "-m", "benchmarks", "--tiny", *subjects]
    ended = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=False)
    printed = ended.stdout.splitlines()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(rows(printed)) == figures
    others = [line for line in printed if line not in rows(printed) and not line.startswith("· ")]
    assert others == [*PREPARED, "missed: none", "BROKEN: none"]


def test_all_subjects_are_among_those_that_are_tried():
    measuring = [
        path.stem for path in (BASE / "benchmarks").glob("*.py") if "\ndef measure(" in path.read_text()
    ]
    assert sorted(measuring) == [
        "click", "import_preview", "letters", "memory", "pages", "pdf", "public", "publishing", "upkeep"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "value", "verdict", "status"),
    [
        (FAST, 1.0, "ok", 0),
        (FAST, 0.99, "missed", 0),
        (FAST, 0.73, "missed", 0),
        (FAST, 0.71, "BROKEN", 1),
        (SMALL, 150.0, "ok", 0),
        (SMALL, 233.0, "missed", 0),
        (SMALL, 234.0, "BROKEN", 1),
    ],
)
def test_a_broken_floor_fails_the_run_and_a_missed_goal_does_not(
    capsys: pytest.CaptureFixture[str], figure: Figure, value: float, verdict: str, status: int
):
    assert report([(FAST, 1.1), (figure, value), (SMALL, 100.0)]) == status
    printed = capsys.readouterr().out.splitlines()
    assert rows(printed)[1].split()[-1] == verdict
    said = {"missed": "none", "BROKEN": "none", verdict: figure.name} | {"ok": ""}
    assert printed[-2:] == [f"missed: {said['missed']}", f"BROKEN: {said['BROKEN']}"]


def test_what_has_become_much_worse_is_broken_even_if_it_reaches_its_goal():
    quick = Figure("seconds", "<=", goal=0.5, released=0.31)
    assert [quick.verdict(value) for value in (0.31, 0.34, 0.35)] == ["ok", "ok", "BROKEN"]


def test_a_figure_without_a_goal_is_printed_without_a_verdict():
    assert Figure("milliseconds").row(1.234).split() == ["milliseconds", "1.23", "-", "-"]
