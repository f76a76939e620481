"""What a first start says when it cannot fetch what it needs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.once
BASE = Path(__file__).resolve().parent.parent
OFFLINE = """#!/bin/sh
case "$*" in
    *"pip install"*)
        printf '%s\\n' "WARNING: Ignored." "WARNING: Connection refused." "ERROR: No matching distribution" >&2
        exit 1 ;;
esac
"""


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the bootstrap reads, beside a Python that is not connected; nothing is installed on this machine."""
    shutil.copytree(BASE / "requirements", tmp_path / "requirements")
    shutil.copy(BASE / "pyproject.toml", tmp_path)
    program(tmp_path / "deploy" / "bootstrap", (BASE / "deploy" / "bootstrap").read_text())
    program(tmp_path / ".venv" / "bin" / "python", OFFLINE)
    program(tmp_path / "stubs" / "apt-get", "#!/bin/sh\nexit 1\n")
    return tmp_path


def bootstrap(checkout: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{checkout / 'stubs'}:{os.environ['PATH']}"}
    return subprocess.run(
        ["deploy/bootstrap", "run"], cwd=checkout, env=env, text=True, capture_output=True, timeout=30
    )


@pytest.mark.parametrize("uv", ["", "#!/bin/sh\n[ $1 = --version ]\n"], ids=["without uv", "with uv"])
def test_without_network_it_ends_with_one_clear_sentence(checkout: Path, uv: str):
    if uv:
        program(checkout / ".venv" / "bin" / "uv", uv)
    ended = bootstrap(checkout)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines() == [
        "The Python packages could not be installed. Is the machine connected to its package index?",
        "pip said: WARNING: Connection refused.",
    ]
    assert not (checkout / ".venv" / "synced").exists()


def test_control_with_packages_it_ends_well_and_does_nothing_the_next_time(checkout: Path):
    program(checkout / ".venv" / "bin" / "uv", "#!/bin/sh\n")
    assert bootstrap(checkout).returncode == 0
    assert (bootstrap(checkout).stdout, (checkout / ".venv" / "pip-said").exists()) == ("", False)


def programs_except(checkout: Path, missing: str) -> Path:
    """A directory with every program of this machine but one, and an `id` that says we are not root."""
    here = checkout / "programs"
    here.mkdir()
    for folder in (Path("/bin"), Path("/usr/bin")):
        for found in folder.iterdir():
            if found.name not in {missing, "id"} and not (here / found.name).is_symlink():
                (here / found.name).symlink_to(found)
    program(here / "id", "#!/bin/sh\necho 1000\n")
    return here


@pytest.mark.parametrize(("purpose", "named"), [("test", True), ("run", False)])
def test_the_tool_that_makes_the_benchmarks_load_is_asked_for_where_it_is_used(
    checkout: Path, purpose: str, named: bool
):
    program(checkout / ".venv" / "bin" / "uv", "#!/bin/sh\n")
    ended = subprocess.run(
        ["deploy/bootstrap", purpose],
        cwd=checkout,
        env={**os.environ, "PATH": str(programs_except(checkout, "wrk"))},
        text=True,
        capture_output=True,
        timeout=30,
    )
    assert ("wrk" in ended.stderr.split("install --no-install-recommends")[-1].split("'")[0].split()) == named
