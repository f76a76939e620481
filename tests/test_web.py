"""The web server and the Celery worker of production load the portal once, and their child processes share it."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest
from celery.signals import worker_init

pytestmark = pytest.mark.once
BASE = Path(__file__).resolve().parent.parent
# What a forked worker has of its own when its garbage collector has run, before and after `keep_shared`
FORKS = """
import gc, json, os, re, threading
from pathlib import Path
from dialog_portal import web

def own_megabytes():
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        gc.collect()
        text = Path("/proc/self/smaps_rollup").read_text()
        os.write(writing, re.search(r"Private_Dirty: +([0-9]+)", text)[1].encode())
        os._exit(0)
    os.waitpid(child, 0)
    return int(os.read(reading, 20)) / 1024

web.load()
from django.db import connections
opened = [one.alias for one in connections.all() if one.connection]
before = own_megabytes()
from dialog_portal.shared_memory import keep_shared
keep_shared()
print(json.dumps([threading.active_count(), opened, before, own_megabytes()]))
"""


def test_loading_opens_nothing_and_a_worker_shares_nearly_all_of_it():
    command = [sys.executable, "-W", "ignore", "-c", FORKS]
    ended = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=True)
    threads, opened, copied, shared = json.loads(ended.stdout)
    assert (threads, opened) == (1, [])
    assert copied > 2 * shared  # the control: a collector that sees what is loaded makes a copy of it


def test_a_celery_worker_keeps_what_it_has_loaded_from_its_collector():
    gc.unfreeze()
    worker_init.send(sender=None)
    try:
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()
