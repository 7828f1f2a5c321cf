"""What is installed is the wheel: it holds all that the program reads, and a demo runs from it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.zwaan_process import ROOT, clean_environment, last_json_line
from tests.servers.process import free_port

pytestmark = [pytest.mark.commands, pytest.mark.timeout(180)]

#: What the program reads of its own, besides code.
_READ = ("services", "streams", "connectors", "templates", "examples")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Built by the back end that is installed here: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_it_holds_every_committed_file_that_the_program_reads(wheel: zipfile.ZipFile) -> None:
    """Code, templates, assets and examples, and nothing of tests, benchmarks and documentation."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", *_READ], cwd=ROOT, capture_output=True, text=True, check=True
    )
    committed = {name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()}
    held = {name for name in wheel.namelist() if not name.partition("/")[0].endswith(".dist-info")}
    assert committed - held == set()
    assert {name.partition("/")[0] for name in held} == set(_READ)


def test_a_demo_runs_from_it(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """With its own example organisation, away from the tree that it was built of."""
    installed = tmp_path / "site"
    wheel.extractall(installed)
    # Before what is installed for development, and without the folder that it starts in.
    environment = clean_environment(PYTHONPATH=str(installed), PYTHONSAFEPATH="1")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    where = run("-c", "import streams, examples, templates; print(streams.__file__)")
    assert where.stdout.startswith(f"{installed}{os.sep}"), where.stderr
    arguments = ["--seconds", "6", "--json", "--data", "data", "--port", str(free_port())]
    done = run("-m", "streams.command_line", "demo", *arguments)
    assert done.returncode == 0, done.stderr
    summary = last_json_line(done.stdout)
    assert summary["campaigns"] >= 6
    assert sum(summary["posts"].values()) > 20
    assert summary["dead_letters"] == 0
