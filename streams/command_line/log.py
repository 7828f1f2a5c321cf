"""The log for one command: through the process that owns it, or opened by the command itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.settings import Settings
from streams.logs.embedded.owner import LogInUse
from streams.logs.opening import OpenLog, open_log
from streams.serving.owner_client import OwnerClient, running_owner

# Another command has it for a moment; an `up` that starts takes a second or two to have an address.
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1


@asynccontextmanager
async def reach_log(settings: Settings) -> AsyncIterator[OwnerClient | OpenLog]:
    """The running owner where there is one. Raises LogInUse when somebody else keeps the log."""
    reached = await _reach(settings)
    try:
        yield reached
    finally:
        if not isinstance(reached, OwnerClient):
            await reached.close()


async def _reach(settings: Settings) -> OwnerClient | OpenLog:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        owner = running_owner(settings) if settings.embedded else None
        if owner is not None:
            return owner
        try:
            return open_log(settings)
        except LogInUse:
            if time.monotonic() >= deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
