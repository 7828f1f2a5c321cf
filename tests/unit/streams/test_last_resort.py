"""A process that was asked to stop ends although something in it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_HANGS = """
import threading
from streams.run import end_anyway
threading.Thread(target=threading.Event().wait).start()
try:
    {how}
finally:
    end_anyway(0.1)
"""


@pytest.mark.parametrize(
    ("how", "code"), [("pass", 0), ("raise RuntimeError('the relay stopped')", 3)]
)
def test_a_process_that_hangs_is_cut_off(how: str, code: int) -> None:
    """A thread that never ends keeps no one: 0 when asked to stop, 3 with the reason when broken."""
    done = subprocess.run(
        [sys.executable, "-c", _HANGS.format(how=how)],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=_ROOT,
        check=False,
    )

    assert done.returncode == code
    told = done.stdout + done.stderr
    assert ("asked to stop" if code == 0 else "the relay stopped") in told
