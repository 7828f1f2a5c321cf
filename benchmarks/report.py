"""How every benchmark says what it measured: a table with medians, and the machine."""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: all runs, so that median and spread can be shown. ``target`` is in words."""

    what: str
    runs: Sequence[float]
    unit: str
    target: str = ""

    def cells(self) -> list[str]:
        median = statistics.median(self.runs)
        spread = f"{shown(min(self.runs))} – {shown(max(self.runs))}"
        return [self.what, f"{shown(median)} {self.unit}", spread, str(len(self.runs)), self.target]


def measured_in_turn(
    names: Iterable[str], measure: Callable[[str], float], *, runs: int
) -> dict[str, list[float]]:
    """Each figure so often, one after the other (A B A B), so that a busy minute hits them all."""
    measured: dict[str, list[float]] = {name: [] for name in names}
    for run in range(runs + 1):
        for name, values in measured.items():
            value = measure(name)
            if run:  # the first warms the caches of disk and interpreter
                values.append(value)
    return measured


def shown(value: float) -> str:
    """A number as a person reads it."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def table(rows: Sequence[Row]) -> str:
    head = ["what", "median", "spread", "runs", "asked"]
    lines = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def machine() -> str:
    """What it was measured on, in one line."""
    model = platform.processor() or platform.machine()
    with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        found = re.search(r"model name\s*:\s*(.+)", file.read())
    if found:
        model = found[1]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
        cwd=RESULTS.parent,
    ).stdout.strip()
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} × {model}, "
        f"Python {platform.python_version()}, load {load:.1f}, commit {commit or 'unknown'}"
    )


def report(title: str, command: str, rows: Sequence[Row], notes: str = "") -> None:
    """Print the table; with ``--write`` on the command line keep it in RESULTS.md."""
    text = f"`{command}` — {machine()}\n\n{table(rows)}\n"
    if notes:
        text += f"\n{notes.strip()}\n"
    print(f"\n{title}\n\n{text}")
    if arguments().write:
        keep(title, text)


def keep(title: str, text: str) -> None:
    """Replace the section of this title in RESULTS.md, or add it."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    sections = re.split(r"(?m)^(?=## )", old)
    fresh = f"## {title}\n\n{text}\n"
    kept = [fresh if part.startswith(f"## {title}\n") else part for part in sections]
    if fresh not in kept:
        kept.append(fresh)
    RESULTS.write_text("\n\n".join(part.strip() for part in kept).rstrip() + "\n", encoding="utf-8")


def arguments(own: argparse.ArgumentParser | None = None) -> argparse.Namespace:
    """What every benchmark understands, and what ``own`` (made with ``add_help=False``) does."""
    parser = argparse.ArgumentParser(parents=[own] if own else [])
    parser.add_argument("--write", action="store_true", help="keep the results in RESULTS.md")
    parser.add_argument("--runs", type=int, default=5, help="how often each figure is measured")
    return parser.parse_known_args()[0]
