"""Warn people that a connection or consent of theirs ends in 14 days, in 7, and tomorrow; once each.

A connection that only its person can renew ends, and so does a standing consent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.accounts.rules import WARN_AT_DAYS, Ending, due_warning
from services.accounts.store import connections
from services.database.engine import Database
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected, RetryLater
from services.people.store import sharing_preferences
from services.ports import Mail, Notifier

_log = structlog.get_logger("expiry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One kind of what ends: how it is found and marked, and the message in the person's language.

    ``ending`` and ``set_warned`` are those of a storage module; ``action`` is that of the audit.
    """

    ending: Callable[..., Awaitable[Sequence[Ending]]]
    set_warned: Callable[..., Awaitable[bool]]
    write: Callable[[Ending], Mail]
    action: str


def watch_connections(write: Callable[[Ending], Mail], networks: Collection[str]) -> Watch:
    """Watch these networks; a connection of a network that is off cannot be renewed."""

    async def ending(
        transaction: Transaction, *, after: datetime, before: datetime
    ) -> Sequence[Ending]:
        found = await connections.ending(transaction, after=after, before=before)
        return [each for each in found if each.network in networks]

    return Watch(
        ending=ending,
        set_warned=connections.set_warned,
        write=write,
        action="account.warned",
    )


def watch_consents(write: Callable[[Ending], Mail]) -> Watch:
    return Watch(
        ending=sharing_preferences.ending_consents,
        set_warned=sharing_preferences.set_warned,
        write=write,
        action="consent.warned",
    )


class ExpiryWarnings:
    """Without a ``notifier`` the warning is on the person's pages alone."""

    def __init__(
        self,
        watch: Watch,
        *,
        database: Database,
        notifier: Notifier | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._watch = watch
        self._database = database
        self._notifier = notifier
        self._clock = clock

    async def warn(self) -> int:
        """Give the warnings that are due; returns how many.

        A warning is written down before it is sent, so that no two processes send it; it is taken
        back when the channel is away, and tried again in the next round.
        """
        now = self._clock()
        horizon = now + timedelta(days=max(WARN_AT_DAYS))
        async with self._database.read() as transaction:
            ending = await self._watch.ending(transaction, after=now, before=horizon)
        given = 0
        for each in ending:
            days = due_warning(each.expires_at, now=now, warned_days=each.warned_days)
            if days is not None and await self._give(each, days, now):
                given += 1
        return given

    async def _give(self, one: Ending, days: int, now: datetime) -> bool:
        earlier = one.warned_days
        async with self._database.write() as transaction:
            if not await self._watch.set_warned(transaction, one, before=earlier, after=days):
                return False  # another process was first
        if not await self._send(one):
            async with self._database.write() as transaction:
                await self._watch.set_warned(transaction, one, before=days, after=earlier)
            return False
        network = {"network": one.network} if one.network else {}
        async with self._database.write() as transaction:
            await record(
                transaction,
                self._watch.action,
                one.ambassador_id,
                actor="expiry",
                now=now,
                **network,
                days=days,
            )
        return True

    async def _send(self, one: Ending) -> bool:
        """False when it should be tried again."""
        if self._notifier is None:
            return True
        try:
            await self._notifier.send(self._watch.write(one))
        except RetryLater as away:
            _log.info("warning later", what=self._watch.action, reason=str(away))
            return False
        except Rejected as refusal:
            # The address will not get better; the pages say it as well.
            _log.warning("nobody could be warned", what=self._watch.action, reason=str(refusal))
        return True
