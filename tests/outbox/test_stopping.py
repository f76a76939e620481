"""A worker whose whole group is told to end, as `systemctl kill` and containers do it."""

import os
import subprocess
import sys

import pytest

from tests.run import BASE

CHILD = """
import os, signal
from celery.signals import worker_process_init
{before}
os.kill(os.getpid(), signal.SIGTERM)
print("goes on")
"""
AS_A_CHILD = "import dialog_portal.celery; worker_process_init.send(sender=None)"


def told_to_end(before: str) -> bytes:
    command = [sys.executable, "-c", CHILD.format(before=before)]
    return subprocess.run(command, cwd=BASE, env=os.environ, stdout=subprocess.PIPE, check=False).stdout


@pytest.mark.once
def test_child_leaves_it_to_its_parent_to_end_it_between_tasks():
    assert told_to_end(AS_A_CHILD) == b"goes on\n"


@pytest.mark.once
def test_control_a_process_that_is_nobodys_child_ends_at_once():
    assert told_to_end("import dialog_portal.celery") == b""
