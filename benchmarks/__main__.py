"""Run every benchmark, one after another: ``python -m benchmarks [--write]``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_NOT_BENCHMARKS = {"__init__", "__main__", "report", "steady_load"}


def main() -> int:
    names = sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _NOT_BENCHMARKS
    )
    results = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]], check=False)
        for name in names
    ]
    return max(result.returncode for result in results)


if __name__ == "__main__":
    sys.exit(main())
