"""House rules about files: what is locked, what they may say, what the documents promise."""

import ast
import re
import tomllib

import pytest

from tests.house.files import BASE, tracked, tracked_text
from tests.house.test_imports import sources
from tests.services import portal_variables

pytestmark = pytest.mark.once

# --- What is locked --------------------------------------------------------------------------------------------------

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> dict[str, str]:
    """Package and version of every line of a lock file."""
    return {
        normal(package): version
        for package, version in PIN.findall((BASE / "requirements" / name).read_text())
    }


def asked() -> tuple[list[str], list[str]]:
    """What pyproject.toml asks for: to run, and beside that to develop."""
    project = tomllib.loads((BASE / "pyproject.toml").read_text())
    return project["project"]["dependencies"], project["dependency-groups"]["dev"]


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "uv.txt"])
def test_every_locked_package_has_a_hash(name: str):
    blocks = re.split(r"\n(?=[a-z0-9])", (BASE / "requirements" / name).read_text())
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize(("name", "wanted"), [("run.txt", asked()[0]), ("dev.txt", asked()[0] + asked()[1])])
def test_lock_holds_what_the_project_asks_for(name: str, wanted: list[str]):
    from packaging.requirements import Requirement

    found, short = locked(name), []
    for line in wanted:
        requirement = Requirement(line)
        version = found.get(normal(requirement.name))
        if version is None or version not in requirement.specifier:
            short.append(f"{line}: {version}")
    assert short == []


def test_developers_have_the_versions_that_production_has():
    run, dev = locked("run.txt"), locked("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_every_dependency_has_its_reason_beside_it():
    text = (BASE / "pyproject.toml").read_text()
    lines = re.findall(r'^    "[a-z0-9-]+(?:\[[a-z,]+\])?[<>=][^"]*",.*$', text, re.MULTILINE)
    assert (len(lines) == len(asked()[0]) + len(asked()[1]), [line for line in lines if "#" not in line]) == (
        True,
        [],
    )


def test_postgresql_is_reached_with_the_driver_of_the_lock():
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert is_psycopg3 is False


# --- What the files may say ------------------------------------------------------------------------------------------

HOSTS = re.compile(r"//[a-z.-]*(?:py" r"pi|pythonhosted|npm" r"js|debian)\.(?:org|com)")
MACHINE = re.compile(r"(?<![\w.])/(?:wo" r"rk|ro" r"ot|ho" r"me)/[a-z.]")
OPEN_ENDS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|NotImplemented" r"Error)\b")


def test_no_package_index_and_no_machine_is_named_in_tracked_files():
    named = [
        f"{name}: {hit.group()}"
        for name, text in tracked_text()
        for hit in (*HOSTS.finditer(text), *MACHINE.finditer(text))
    ]
    assert named == []


def test_nothing_is_left_open_in_the_source():
    code = (".py", ".html", ".js", ".css", ".sh", ".toml")
    left = [
        f"{name}: {hit.group()}"
        for name, text in tracked_text()
        if name.endswith(code)
        for hit in OPEN_ENDS.finditer(text)
    ]
    assert left == []


INLINE = re.compile(r"<script>|<style>| style=\"| on(?:click|load|submit|change|input)=\"")


def test_page_templates_carry_no_inline_script_or_style():
    pages = tracked("templates/*.html")
    assert [
        f"{path.relative_to(BASE)}: {hit.group()}"
        for path in pages
        if path.relative_to(BASE).parts[1] not in {"letters", "pdf"}
        for hit in INLINE.finditer(path.read_text())
    ] == []


def test_letters_leave_through_the_outbox_only():
    bare = re.compile(
        r"(?<!def )\b(?:send_mail|send_mass_mail|EmailMessage|EmailMultiAlternatives|smtplib\.\w+)\("
    )
    assert [
        f"{module}: {hit.group()}"
        for module, source in sources().items()
        if not module.startswith("dialog_portal.outbox")
        for hit in bare.finditer(source)
    ] == []


# --- What the documents promise --------------------------------------------------------------------------------------


def asked_of_the_environment() -> set[str]:
    """Every variable that the settings read."""
    read = set()
    for node in ast.walk(ast.parse((BASE / "dialog_portal/settings.py").read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=str(name)), *_]
            ):
                read.add(name)
    return read


def test_every_variable_is_explained_and_every_explained_one_is_read():
    assert portal_variables() == asked_of_the_environment()


def test_every_explained_variable_has_its_explanation_above_it():
    lines = (BASE / ".env.example").read_text().splitlines()
    variable = re.compile(r"^(?:# )?[A-Z_]+=")
    bare = [
        line for above, line in zip(["", *lines], lines, strict=False) if variable.match(line) and not above
    ]
    assert bare == []


def test_only_the_settings_and_the_server_read_the_environment():
    reads = re.compile(r"\bos\.(?:environ|getenv)\b")
    allowed = {
        "dialog_portal.environment",
        "dialog_portal.server",
        "dialog_portal.celery",
        "dialog_portal.wsgi",
    }
    # They choose what a child process gets to see, and read no setting
    allowed |= {"minutes.pdf.render", "minutes.pdf.sandbox"}
    assert [
        module for module, source in sources().items() if reads.search(source) and module not in allowed
    ] == []


def test_every_make_command_of_the_readme_exists():
    rules = set(re.findall(r"^([a-z]+):", (BASE / "Makefile").read_text(), re.MULTILINE))
    promised = set(re.findall(r"\bmake ([a-z]+)\b", (BASE / "README.md").read_text()))
    assert (promised - rules, {"run", "test"} <= promised) == (set(), True)


def test_every_ring_of_the_clock_has_a_task_that_answers():
    from dialog_portal.celery import app

    app.loader.import_default_modules()
    assert [
        entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"] not in app.tasks
    ] == []


def test_every_static_file_that_the_templates_name_exists():
    from django.contrib.staticfiles.finders import find

    named = {
        (str(path.relative_to(BASE)), hit)
        for path in tracked("templates/*.html")
        for hit in re.findall(r"{% static ['\"]([^'\"]+)['\"]", path.read_text())
    }
    assert [(page, name) for page, name in sorted(named) if find(name) is None] == []
