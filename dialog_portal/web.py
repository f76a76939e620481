"""`python -m dialog_portal.web`: granian, with the portal loaded before its workers are forked.

The workers then share the portal's code in memory instead of each having a copy: two of them take about a quarter less.
Takes granian's own arguments. A new version of the code needs a restart; a reload (SIGHUP) forks what is loaded.
"""

import ctypes
import gc
import multiprocessing
from importlib import import_module


def load() -> None:
    """Load everything that serves a page, and open nothing: neither a connection nor a thread outlives a fork."""
    from django.urls import get_resolver

    import_module("dialog_portal.wsgi")
    len(get_resolver().url_patterns)  # asked for, they are imported


def keep_shared() -> None:
    """Take what is loaded out of the garbage collector's sight: its marks would make each worker's pages its own.

    What loading left unused is given back first, some 10 MB; only GNU's C library has to be asked.
    """
    gc.collect()
    if give_back := getattr(ctypes.CDLL(None), "malloc_trim", None):
        give_back(0)
    gc.freeze()


def main() -> None:
    """Load, then serve until SIGINT or SIGTERM."""
    from granian.cli import entrypoint

    multiprocessing.set_start_method("fork")  # granian asks; newer Pythons would start each worker empty
    load()
    keep_shared()
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
