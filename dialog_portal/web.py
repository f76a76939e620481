"""`python -m dialog_portal.web`: granian, with the portal loaded before its workers are forked.

The workers then share the portal's code in memory instead of each having a copy: two of them take about a quarter less.
Takes granian's own arguments. A new version of the code needs a restart; a reload (SIGHUP) forks what is loaded.
"""

import multiprocessing
from importlib import import_module

from dialog_portal.shared_memory import keep_shared


def load() -> None:
    """Import everything that serves pages. Open no connection and start no thread: neither works after a fork."""
    from django.urls import get_resolver

    import_module("dialog_portal.wsgi")
    len(get_resolver().url_patterns)  # reading them imports the views


def main() -> None:
    """Load, then serve until SIGINT or SIGTERM."""
    from granian.cli import entrypoint

    multiprocessing.set_start_method("fork")  # granian uses this; newer Pythons do not fork by default
    load()
    keep_shared()
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
