"""How the C library keeps memory that was freed."""

from __future__ import annotations

import ctypes
from contextlib import suppress

#: ``M_ARENA_MAX`` of glibc's malloc.h.
_ARENA_MAX = -8


def share_one_arena() -> None:
    """Let all threads of this process allocate from one arena; call it before there are any.

    glibc makes an arena for every thread, up to eight a core, and what one thread frees no other
    uses: a demo of forty campaigns held 325 MB in place of 220. Threads of Python take turns
    anyway. Elsewhere than on glibc nothing happens. See mallopt(3).
    """
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
