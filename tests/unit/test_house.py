"""The rules of the house that no linter knows."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Joined here, so that this file does not name them either.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("repo", "maven"),
        ("repo1", "maven"),
        ("registry", "npmjs"),
        ("registry", "yarnpkg"),
        ("deb", "debian"),
        ("proxy", "golang"),
        ("static", "crates", "io"),
    )
)


@cache
def committed_files() -> tuple[Path, ...]:
    """Paths below the root that git holds or would take, without what it ignores."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(
        path
        for name in listing.stdout.split("\0")
        if name and (ROOT / (path := Path(name))).exists()
    )


@pytest.mark.parametrize("room", ["streams", "connectors", "services"])
def test_the_architecture_names_the_modules_of_a_room(room: str) -> None:
    """Every module and folder directly in it is in the tree of ARCHITECTURE.md, and nothing else."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^{room}/ .*\n((?:(?: .*)?\n)*)", page, re.MULTILINE)
    said = set(re.findall(r"(?:^  |, )(\w+(?:\.py|/))", section, re.MULTILINE))
    inside = [path.relative_to(room) for path in committed_files() if path.parts[0] == room]
    folders = {f"{path.parts[0]}/" for path in inside if len(path.parts) > 1}
    modules = {path.name for path in inside if len(path.parts) == 1 and path.suffix == ".py"}
    assert said == (folders | modules) - {"__init__.py"}


def test_no_committed_file_names_a_package_registry() -> None:
    """Where packages come from is the installer's configuration, never this repository's."""
    found = []
    for path in committed_files():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path}: {host}" for host in REGISTRY_HOSTS if host in text]
    assert not found


def test_the_locks_pin_every_dependency_with_hashes() -> None:
    """Each direct dependency is pinned with a hash, so that an install takes nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = [_distribution(line) for line in project["project"]["dependencies"]]
    development = [_distribution(line) for line in project["dependency-groups"]["dev"]]
    production_lock = _pinned(ROOT / "requirements.lock")
    development_lock = _pinned(ROOT / "requirements-dev.lock")

    assert set(runtime) <= production_lock.keys(), "run `make lock`"
    assert {*runtime, *development} <= development_lock.keys(), "run `make lock`"
    assert production_lock.items() <= development_lock.items(), "tested and shipped versions differ"


def _distribution(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None, requirement
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def _pinned(lock: Path) -> dict[str, str]:
    """Version by distribution; every entry must carry at least one hash."""
    entry = re.compile(
        r"^([a-z0-9-]+)==(\S+)[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", re.MULTILINE
    )
    text = lock.read_text(encoding="utf-8")
    pinned = dict(entry.findall(text))
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    return pinned
