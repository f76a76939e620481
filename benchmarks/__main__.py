"""`make bench`: the demo on a throwaway PostgreSQL and Redis, measured; `make bench ARGS="public letters"` chooses."""

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import benchmarks
from benchmarks.stage import Bound, Stage
from tests import run, services


@contextmanager
def stage() -> Iterator[Stage]:
    """Everything a measurement may need: services, the portal's settings on them, and the demo in the database."""
    with services.workshop() as here, run.both_services(here, durable=True) as urls:
        for name in services.portal_variables():
            os.environ.pop(name, None)
        os.environ |= {
            "VAR_DIR": str(here / "var"),
            "DATABASE_URL": urls["TEST_DATABASE_URL"],
            "REDIS_URL": urls["TEST_REDIS_URL"],
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "dialog_portal.settings",
        }
        print("Making the demo to measure on", flush=True)
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("demo", verbosity=0)
        try:
            yield Stage(here)
        finally:
            connections.close_all()


def subjects() -> list[str]:
    """Every module that measures, or those that were named."""
    named = [name for name in sys.argv[1:] if not name.startswith("-")]
    every = [
        found.name
        for found in pkgutil.iter_modules(benchmarks.__path__)
        if found.name not in {"__main__", "stage", "sink", "growth"}
    ]
    # the lists are measured on the demo alone, before the others leave their letters in it
    return named or sorted(every, key=lambda name: name != "pages")


def kept(value: float, bound: Bound) -> bool:
    return bound is None or (value >= bound[1] if bound[0] == "at least" else value <= bound[1])


def main() -> int:
    """Measure each subject in turn; 1 when a bound breaks."""
    run.listen()
    broken = []
    try:
        with stage() as ready:
            for subject in subjects():
                for name, value, bound in importlib.import_module(f"benchmarks.{subject}").measure(ready):
                    promise = f"  ({bound[0]} {bound[1]:g})" if bound else ""
                    print(f"{name}: {value:.2f}{promise}", flush=True)
                    if not kept(value, bound):
                        broken.append(name)
    except run.Stopped as stopped:
        return 128 + int(stopped.args[0])
    finally:
        run.end_leftovers()
    print(f"Broken: {', '.join(broken)}" if broken else "Every bound is kept.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
