"""Tell members that a connection ends in 14 days, in 7, and tomorrow; each of them once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from services.domain.expiry import WARN_AT_DAYS, due_warning
from services.errors import Rejected, RetryLater
from services.ports import Message, Notifier
from services.storage import audit, connections
from services.storage.audit import Entry
from services.storage.connections import Ending
from services.storage.database import Database

_log = structlog.get_logger("expiry")


class ExpiryWarnings:
    """Without a ``notifier`` the warning stands on the member's pages alone.

    ``write`` makes the message in the member's language.
    """

    def __init__(
        self,
        *,
        database: Database,
        notifier: Notifier | None,
        write: Callable[[Ending], Message],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._write = write
        self._clock = clock

    async def warn(self) -> int:
        """Give the warnings that are due; returns how many.

        A warning is written down before it is sent, so that no two processes send it; it is taken
        back when the channel is away, and tried again in the next round.
        """
        now = self._clock()
        horizon = now + timedelta(days=max(WARN_AT_DAYS))
        async with self._database.read() as transaction:
            ending = await connections.ending(transaction, after=now, before=horizon)
        given = 0
        for each in ending:
            days = due_warning(each.expires_at, now=now, warned_days=each.warned_days)
            if days is not None and await self._give(each, days, now):
                given += 1
        return given

    async def _give(self, ending: Ending, days: int, now: datetime) -> bool:
        async with self._database.write() as transaction:
            if not await connections.mark_warned(transaction, ending, days=days):
                return False  # another process was first
        if not await self._send(ending):
            async with self._database.write() as transaction:
                await connections.unmark_warned(transaction, ending, days=days)
            return False
        async with self._database.write() as transaction:
            entry = Entry(
                at=now,
                actor="expiry",
                action="account.warned",
                subject=ending.ambassador_id,
                detail={"network": ending.network, "days": days},
            )
            await audit.add(transaction, [entry])
        return True

    async def _send(self, ending: Ending) -> bool:
        """False when it should be tried again."""
        if self._notifier is None:
            return True
        try:
            await self._notifier.send(self._write(ending))
        except RetryLater as away:
            _log.info("warning later", network=ending.network, reason=str(away))
            return False
        except Rejected as refusal:
            # The address will not get better; the pages say it as well.
            _log.warning("nobody could be warned", network=ending.network, reason=str(refusal))
        return True
