"""A worker whose whole group is told to end, as `systemctl kill` and containers do it."""

import os
import subprocess
import sys

import pytest

from tests.run import BASE

WORKER = """
import os, signal, sys
from billiard import Process
from celery.signals import worker_process_init
import dialog_portal.celery

def told_to_end():
    worker_process_init.send(sender=None)
    os.kill(os.getpid(), signal.SIGTERM)
    os.write(1, b"goes on")

if sys.argv[1] == "child":
    child = Process(target=told_to_end)
    child.start()
    child.join()
else:
    told_to_end()
"""


def worker(kind: str) -> bytes:
    """What a pool's child, or a worker without children, says after SIGTERM."""
    command = [sys.executable, "-c", WORKER, kind]
    return subprocess.run(command, cwd=BASE, env=os.environ, stdout=subprocess.PIPE, check=False).stdout


@pytest.mark.once
def test_child_leaves_it_to_its_parent_to_end_it_between_tasks():
    assert worker("child") == b"goes on"


@pytest.mark.once
def test_worker_without_children_ends_when_told():
    assert worker("alone") == b""
