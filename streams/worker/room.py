"""How much room the data folder has left: a log, a journal and a database all need some."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.errors import RetryLater
from services.message import advised, message

#: Bytes. Below, a commit or a journal may find no room at any moment.
LEAST = 16_000_000


def require_room(folder: Path) -> None:
    """Raises RetryLater when the disk of ``folder`` is as good as full."""
    free = shutil.disk_usage(folder).free
    if free < LEAST:
        raise RetryLater(
            advised(
                message(
                    "disk.nearly-full",
                    "the disk of {name} has {number} MB left",
                    name=str(folder),
                    number=round(free / 1_000_000),
                ),
                message("do.database.no-room", "free some disk space"),
            )
        )
