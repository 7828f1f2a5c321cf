"""All threads of a process share one arena of the C library's memory."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.shell import ROOT

#: Eight threads allocate at once; what glibc reports of its arenas goes to the named file.
_PROGRAM = """
import ctypes, sys, threading
from streams.command_line.main import share_one_arena
if sys.argv[2] == "shared":
    share_one_arena()
together = threading.Barrier(8)
kept = []
def allocate():
    together.wait()
    kept.extend(ctypes.create_string_buffer(50_000) for _ in range(50))
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="glibc has arenas")
@pytest.mark.parametrize("how", ["shared", "as it comes"])
def test_threads_share_one_arena(tmp_path: Path, how: str) -> None:
    """Without it every thread has an arena of its own, whose freed memory no other thread uses."""
    told = tmp_path / "arenas.xml"
    program = [sys.executable, "-c", _PROGRAM, str(told), how]
    subprocess.run(program, cwd=ROOT, check=True, timeout=60, env={"PYTHONPATH": str(ROOT)})
    arenas = told.read_text().count("<heap nr=")
    assert (arenas == 1) == (how == "shared")
