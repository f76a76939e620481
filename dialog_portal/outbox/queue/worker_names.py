"""Who has claimed a letter: a name that others on the machine can tell is dead, so that nobody waits for its lease."""

import os
import socket
import threading
from functools import cache
from pathlib import Path


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _born(pid: str) -> str:
    """When a process started, in ticks since the machine did; empty when there is no such process."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return "" if not fields or fields[0] in "ZX" else fields[19]


@cache
def machine() -> str:
    """This running machine, and within it this container: ids of processes mean the same thing only there."""
    try:
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        space = 0
    return f"{socket.gethostname()[:24]}/{_read('/proc/sys/kernel/random/boot_id')[:8]}/{space}"


def own_name() -> str:
    """The name of this worker: machine, process, its birth, and thread."""
    pid = os.getpid()
    return f"{machine()}:{pid}:{_born(str(pid))}:{threading.get_native_id()}"


def is_gone(worker: str) -> bool:
    """Whether that worker's process has ended. Of another machine nothing is known, so it is taken to live."""
    place, _, rest = worker.partition(":")
    parts = rest.split(":")
    if place != machine() or len(parts) != 3 or not parts[1]:
        return False
    return _born(parts[0]) != parts[1]
