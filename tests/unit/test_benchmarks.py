"""`make bench`: each benchmark can be started, and one that fails stops no other."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, run

#: Parts of benchmarks, which measure nothing by themselves.
PARTS = {"bare_jinja", "installation", "report", "steady_load"}


def test_every_benchmark_is_run() -> None:
    """A new module of the package is a benchmark of `make bench`, or named as a part of one."""
    folder = Path(__file__).parents[2] / "benchmarks"
    modules = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert {each.name for each in BENCHMARKS} == modules - PARTS


@pytest.mark.parametrize("name", [each.name for each in BENCHMARKS])
def test_a_benchmark_says_its_options(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything that it imports is there, and it measures nothing before it has read its options."""
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        import_module(f"benchmarks.{name}").main()
    assert ended.value.code == 0
    assert "--runs" in capsys.readouterr().out


def test_a_failed_benchmark_stops_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """The others run, it is named in the end, and the exit code is 1, also after a signal."""
    started = []

    def start(command: Sequence[str]) -> int:
        started.append(command[2])
        return -9 if command[2] == "benchmarks.voice" else 0

    assert run(BENCHMARKS, ["--runs", "2"], quick=False, start=start) == 1
    assert started == [f"benchmarks.{each.name}" for each in BENCHMARKS]
    said = capsys.readouterr().out
    assert said.startswith(f"{len(BENCHMARKS)} benchmarks, about ")
    assert [line.split()[-1] for line in said.splitlines() if line.startswith("FAILED")] == [
        "voice"
    ]
    assert run(BENCHMARKS, [], quick=False, start=lambda _: 0) == 0


def test_a_smoke_run_measures_once_and_keeps_nothing() -> None:
    """Beside any other option."""
    for each in BENCHMARKS:
        command = each.command(["--write", "--runs", "9"], quick=True)
        assert command[3:5] == ["--runs", "1"]
        assert "--write" not in command
