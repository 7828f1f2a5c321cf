"""A process that was told to stop ends, also when a library hangs on to a broker that is away."""

from __future__ import annotations

import os
import sys
import threading

import structlog

_log = structlog.get_logger("run")

#: What has to end in order takes a few seconds; supervisors kill after thirty.
_SECONDS = 20.0


def end_anyway(seconds: float = _SECONDS) -> None:
    """Cut this process off in ``seconds``, unless it has ended by then.

    For a process that may be cut off: its posts are recorded, offsets that were not committed mean
    that their records come again, and everything else was written before it was answered.
    """
    broken = sys.exception()

    def cut_off() -> None:
        _log.error("cut off: something did not end", reason=str(broken or "asked to stop"))
        # Neither threads nor the interpreter are waited for. As `zwaan` would have answered.
        os._exit(0 if broken is None else 3)

    timer = threading.Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
