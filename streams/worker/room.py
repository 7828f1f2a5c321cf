"""How much room the data folder has left: a log, a journal and a database all need some."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.errors import RetryLater

#: Bytes. Below, a commit or a journal may find no room at any moment.
LEAST = 16_000_000


def require_room(folder: Path) -> None:
    """Raises RetryLater when the disk of ``folder`` is as good as full."""
    free = shutil.disk_usage(folder).free
    if free < LEAST:
        raise RetryLater(
            f"the disk of {folder} has {free / 1_000_000:.0f} MB left; free some disk space"
        )
