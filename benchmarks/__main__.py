"""Every benchmark, one after another, each beside its baseline: ``python -m benchmarks [--write]``.

``--quick`` is a smoke run: once, and of what is large little; its figures say nothing and are not kept.
``--only clicks,pages`` runs some. One that fails stops no other; in the end it is named, and the exit
code is 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A module of this package with a `main`. ``minutes`` of a whole run on two idle cores."""

    name: str
    minutes: float
    #: Options of a smoke run, besides ``--runs 1``.
    small: Sequence[str] = ()

    def command(self, options: Sequence[str], *, quick: bool) -> list[str]:
        own = ["--runs", "1", *self.small] if quick else options
        return [sys.executable, "-m", f"benchmarks.{self.name}", *own]


#: The short ones first.
BENCHMARKS = (
    Benchmark(name="machines", minutes=0.3),
    Benchmark(name="startup", minutes=2),
    Benchmark(name="embedded_log", minutes=2),
    Benchmark(name="publisher", minutes=2),
    Benchmark(name="voice", minutes=2),
    Benchmark(name="drafts", minutes=12, small=("--people", "10000", "--only", "embedded")),
    Benchmark(name="redirect", minutes=8, small=("--seconds", "1", "--only", "embedded")),
    Benchmark(name="clicks", minutes=10),
    Benchmark(name="pages", minutes=20, small=("--clicks", "20000", "--only", "sqlite")),
)

#: What runs a command and returns its exit code.
Start = Callable[[Sequence[str]], int]


def start(command: Sequence[str]) -> int:
    return subprocess.run(command, check=False, cwd=Path(__file__).parents[1]).returncode


def run(
    benchmarks: Sequence[Benchmark],
    options: Sequence[str],
    *,
    quick: bool,
    start: Start = start,
) -> int:
    """Run them all, and return 1 when one failed."""
    names = ", ".join(each.name for each in benchmarks)
    told = "a smoke run" if quick else f"about {sum(each.minutes for each in benchmarks):.0f} min"
    print(f"{len(benchmarks)} benchmarks, {told}: {names}", flush=True)
    outcomes = []
    for each in benchmarks:
        print(f"\n=== {each.name}", flush=True)
        began = time.monotonic()
        failed = start(each.command(options, quick=quick)) != 0
        outcomes.append((each.name, failed, time.monotonic() - began))
    print()
    for name, failed, seconds in outcomes:
        print(f"{'FAILED' if failed else 'done':8} {seconds:5.0f} s  {name}")
    return int(any(failed for _, failed, _ in outcomes))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--quick", action="store_true", help="a smoke run, of which nothing is kept"
    )
    parser.add_argument("--only", default="", help="names, with commas between them")
    given, options = parser.parse_known_args()
    chosen = given.only.split(",") if given.only else [each.name for each in BENCHMARKS]
    if unknown := set(chosen) - {each.name for each in BENCHMARKS}:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    return run([each for each in BENCHMARKS if each.name in chosen], options, quick=given.quick)


if __name__ == "__main__":
    sys.exit(main())
