"""`make bench`: the demo on a throwaway PostgreSQL and Redis, measured.

`make bench ARGS="public letters"` chooses subjects; `--tiny` only shows that everything runs. The status is 1 when a
floor is broken; a goal that is missed is said so.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType

import benchmarks
from benchmarks.figure import HEADING
from benchmarks.stage import Line, Stage
from dialog_portal.shared_memory import keep_shared
from tests import run, services


@contextmanager
def stage(*, tiny: bool) -> Iterator[Stage]:
    """Everything a measurement may need: services, the portal's settings on them, and the demo in the database."""
    with services.workshop() as here, run.both_services(here, durable=True) as urls:
        for name in services.portal_variables():
            os.environ.pop(name, None)
        os.environ |= {
            "VAR_DIR": str(here / "var"),
            "DATABASE_URL": urls["TEST_DATABASE_URL"],
            "REDIS_URL": urls["TEST_REDIS_URL"],
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "benchmarks.tiny_settings" if tiny else "dialog_portal.settings",
        }
        print("Making the demo to measure on", flush=True)
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        (here / "var" / "static").mkdir()
        call_command("migrate", verbosity=0)
        if not tiny:
            call_command("collectstatic", verbosity=0, interactive=False)
        call_command("demo", verbosity=0)
        keep_shared()  # as the processes that serve pages and send letters do
        try:
            yield Stage(here, tiny)
        finally:
            connections.close_all()


def subjects(named: list[str]) -> list[ModuleType]:
    """Return the modules named, or every module that measures."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
    # the lists are measured on the demo alone, before the others leave their letters in it
    every = sorted(named or found, key=lambda name: name != "pages")
    modules = [importlib.import_module(f"benchmarks.{name}") for name in every]
    return [module for module in modules if hasattr(module, "measure")]


def measured(stage: Stage, modules: list[ModuleType]) -> Iterator[Line]:
    """Measure one subject after the other, each named before it begins."""
    for module in modules:
        print(f"· {(module.__doc__ or module.__name__).splitlines()[0]}", flush=True)
        for figure, value in module.measure(stage):
            # what a tiny run measures says nothing, so nothing is promised of it
            yield replace(figure, goal=None, released=None) if stage.tiny else figure, value


def report(lines: Iterable[Line]) -> int:
    """Print each figure as it comes, and what was missed or broken last; return 1 when a floor is broken, else 0."""
    print(HEADING, flush=True)
    verdicts: dict[str, list[str]] = {"missed": [], "BROKEN": []}
    for figure, value in lines:
        print(figure.row(value), flush=True)
        verdicts.get(figure.verdict(value), []).append(figure.name)
    for verdict, names in verdicts.items():
        print(f"{verdict}: {'; '.join(names) or 'none'}", flush=True)
    return 1 if verdicts["BROKEN"] else 0


def main() -> int:
    """Measure and return the status, leaving no process behind, however the run ends."""
    run.listen()
    words = sys.argv[1:]
    try:
        with stage(tiny="--tiny" in words) as ready:
            return report(measured(ready, subjects([word for word in words if not word.startswith("-")])))
    except run.Stopped as stopped:
        return 128 + int(stopped.args[0])
    finally:
        run.end_leftovers()


if __name__ == "__main__":
    sys.exit(main())
