"""Factories make rows that are unique in a database which others fill at the same time."""

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from meetings.models import Round
from tests import factories

pytestmark = pytest.mark.django_db
BASE = Path(__file__).resolve().parent.parent
TEN = """
import django
django.setup()
from tests import factories
print(*(factories.unique() for _ in range(10)))
"""


def from_another_process() -> list[str]:
    made = subprocess.run([sys.executable, "-c", TEN], cwd=BASE, capture_output=True, text=True, check=True)
    return made.stdout.split()


def from_a_fork() -> list[str]:
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, " ".join(factories.unique() for _ in range(10)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return pipe.read().split()


@pytest.mark.once
def test_no_two_processes_make_the_same_word():
    here = [factories.unique() for _ in range(10)]
    made = [*here, *from_another_process(), *from_a_fork()]
    assert (len(made), len(set(made))) == (30, 30)


def test_positions_are_small_however_many_rows_were_made():
    list(islice(factories.numbers, 40_000))
    first, second = factories.meeting(), factories.meeting()
    made = [factories.item(first), factories.item(first), factories.item(second)]
    assert [item.position for item in made] == [1, 2, 1]


def test_rounds_take_years_that_are_free():
    for year in range(2001, 2010):
        factories.round_(year=year)
    assert factories.round_().year not in range(2001, 2010)
    assert Round.objects.count() == 10
