"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("services", "streams", "connectors", "templates")
SETTINGS = Path("services/settings")

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


def product_modules() -> list[Path]:
    return [p for p in committed_files() if p.parts[0] in PACKAGES and p.suffix == ".py"]


def environment_reads(source: str) -> list[int]:
    """Lines that read the process environment, or import what reads it."""
    readers = {"environ", "environb", "getenv", "getenvb"}
    lines = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=attr) if attr in readers:
                lines.append(node.lineno)
            case ast.ImportFrom(module="os", names=names) if readers & {n.name for n in names}:
                lines.append(node.lineno)
            case ast.ImportFrom(module="pydantic_settings" | "dotenv"):
                lines.append(node.lineno)
            case ast.Import(names=names) if {"pydantic_settings", "dotenv"} & {
                n.name for n in names
            }:
                lines.append(node.lineno)
    return lines


def test_only_the_settings_read_the_environment() -> None:
    """Everything but services/settings gets its configuration as arguments."""
    found = {
        f"{path}:{line}"
        for path in product_modules()
        if SETTINGS not in path.parents
        for line in environment_reads((ROOT / path).read_text(encoding="utf-8"))
    }
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A']",
        "import os\nos.getenv('A')",
        "from os import environ",
        "from pydantic_settings import BaseSettings",
        "import dotenv",
    ],
)
def test_every_way_to_read_the_environment_is_seen(source: str) -> None:
    """The check above sees each way in which Python code reads the environment."""
    assert environment_reads(source)


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    """No module is called utils, helpers, common or misc: a thing stands under its own name."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [p for p in committed_files() if drawers & {p.stem, *p.parts}]


@pytest.mark.parametrize("room", ["streams", "connectors", "services"])
def test_the_architecture_names_what_stands_in_a_room(room: str) -> None:
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


def test_every_decision_record_has_the_same_headings() -> None:
    """A decision record tells its context, the decision, its consequences and the alternatives."""
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert records
    numbers = [int(record.name[:4]) for record in records]
    assert numbers == list(range(1, len(records) + 1))
    for record in records:
        headings = re.findall(r"^(#+ .+)$", record.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings[0].startswith(f"# {int(record.name[:4])}. "), record.name
        assert headings[1:] == [
            "## Context",
            "## Decision",
            "## Consequences",
            "## Alternatives considered",
        ], record.name


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    """The first section of the changelog is Unreleased."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    assert sections[0] == "[Unreleased]"


def test_every_test_states_its_truth() -> None:
    """Each test has a docstring of one sentence or a few, and none uses a mock library."""
    silent, mocked = [], []
    for path in committed_files():
        if path.parts[0] != "tests" or path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    if name.startswith("test_") and not ast.get_docstring(node):
                        silent.append(f"{path}:{name}")
                case ast.ImportFrom(module="unittest.mock" | "mock"):
                    mocked.append(str(path))
                case ast.Import(names=names) if {n.name for n in names} & {"unittest.mock", "mock"}:
                    mocked.append(str(path))
    assert not silent
    assert not mocked


def test_every_make_target_is_explained() -> None:
    """`make` alone lists every target of the Makefile with what it does."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = makefile.partition(".PHONY:")[2].replace("\\\n", " ").split("\n")[0].split()
    explained = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
    assert set(phony) - {"help"} == set(explained)


def test_a_network_stays_a_small_file() -> None:
    """Mastodon's connector, which `docs/connectors.md` shows as an example, is below 200 lines."""
    lines = ROOT.joinpath("connectors/mastodon.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 200
