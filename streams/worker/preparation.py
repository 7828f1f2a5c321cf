"""Pages answer short links also while the database and the log are away: those are prepared when
they are back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import structlog

from services.errors import RetryLater

_log = structlog.get_logger("preparation")

#: How long a start waits for both, so that the first page is a whole one where nothing is away.
_PATIENCE_SECONDS = 2.0
_AGAIN_SECONDS = 1.0

Step = Callable[[], Awaitable[None]]


class Preparation:
    """What a start needs and may be away: taken care of as soon as it answers."""

    def __init__(self, under_way: asyncio.Future[list[None]]) -> None:
        self._under_way = under_way

    async def wait_until_broken(self) -> str:
        """Does not return. Raises Stop when this version cannot go on with what it found."""
        await asyncio.shield(self._under_way)
        return await asyncio.Future[str]()


@asynccontextmanager
async def preparing(steps: Mapping[str, Step]) -> AsyncIterator[Preparation]:
    """Take these steps beside what runs in the block, each until it was taken.

    They raise RetryLater while what they prepare is away. Raises Stop as `wait_until_broken` does.
    """
    under_way = asyncio.gather(*(_until_done(what, step) for what, step in steps.items()))
    try:
        await asyncio.wait([under_way], timeout=_PATIENCE_SECONDS)
        if under_way.done():
            under_way.result()
        yield Preparation(under_way)
    finally:
        under_way.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await under_way


async def _until_done(what: str, step: Step) -> None:
    told = False
    while True:
        try:
            await step()
        except RetryLater as away:
            if not told:
                _log.warning("started without it", what=what, reason=str(away))
            told = True
        else:
            if told:
                _log.info("it is back", what=what)
            return
        await asyncio.sleep(_AGAIN_SECONDS)
