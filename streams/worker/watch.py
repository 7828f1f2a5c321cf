"""Whether this process, and what it depends on, makes progress: partition by partition.

A worker that stopped consuming after a rebalance or a broker outage is alive but useless, and that
is a known open defect of Faust. So what counts is how long the oldest record of each partition has
waited and whether its offset moves, and never that the process is there.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from services.database.engine import Database
from services.errors import RetryLater, ZwaanError, unexpected
from services.message import NOTHING, Message, advised, message
from services.web.parts import Readiness, Waiting
from streams.bootstrap import Parts, clock
from streams.logs.admin import LogAdmin, PartitionLag
from streams.process.processors import TOPICS

_log = structlog.get_logger("watch")

#: Seconds. A record that waits for longer makes its readers unready; a partition of this worker whose
#: offset did not move for as long, though no dependency is away, ends the worker.
STALLED_AFTER = 120.0

_LOOK_EVERY = 2.0
#: A look that takes longer than this says as much as one that failed.
_STALE_AFTER = 30.0

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Still:
    """An offset, and since when (monotonic seconds) it has been a partition's next."""

    offset: int
    since: float


class Watch:
    """Looks at disk, database and log every two seconds while it runs; asking it costs nothing.

    Without ``topics`` it asks only whether the log is there. ``require`` raises when there is no room for
    data. ``away`` says what the processors of this process wait for; nothing for one that has none.
    """

    def __init__(
        self,
        *,
        database: Database,
        admin: LogAdmin,
        group: str,
        topics: Sequence[str],
        clock: Callable[[], datetime],
        require: Callable[[], None],
        away: Callable[[], Message] = lambda: NOTHING,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._admin = admin
        self._group = group
        self._topics = topics
        self._clock = clock
        self._require = require
        self._away = away
        self._monotonic = monotonic
        self._looked_at = monotonic()
        self._fault = message("readiness.not-yet", "nothing was looked at yet")
        self._still: dict[Place, _Still] = {}
        #: The offset that comes next in a partition, and when it was written.
        self._written: dict[Place, tuple[int, datetime]] = {}
        self._waiting: tuple[Waiting, ...] = ()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_EVERY)

    async def look(self) -> None:
        try:
            self._require()
            await self._database.check()
            lags = await asyncio.to_thread(self._lags)
            behind = {(each.topic, each.partition): each for each in lags if each.lag}
            places = {place: _next(lag) for place, lag in behind.items()}
            written = await asyncio.to_thread(self._written_at, places)
        except ZwaanError as away:
            self._fault = away.message
        except Exception as defect:  # noqa: BLE001 - it is logged, and the next look may succeed
            _log.exception("a look failed")
            self._fault = unexpected(defect)
        else:
            self._fault = NOTHING
            self._written = {place: (places[place], moment) for place, moment in written.items()}
            self._waiting = self._measured(behind, written)
        self._looked_at = self._monotonic()
        # While a dependency is away, a stop is not the worker's fault.
        self._note({} if self._fault or self._away() else places)

    def _lags(self) -> Sequence[PartitionLag]:
        if self._topics:
            return self._admin.lag(self._group, self._topics)
        self._admin.topics(())
        return ()

    def _written_at(self, places: Mapping[Place, int]) -> dict[Place, datetime]:
        """When what comes next in each partition was written; that of a record does not change.

        On Kafka it takes a client each time, and tens of milliseconds of Python beside what the loop serves.
        """
        known = {
            place: self._written[place][1]
            for place, offset in places.items()
            if place in self._written and self._written[place][0] == offset
        }
        unknown = {place: offset for place, offset in places.items() if place not in known}
        return known | (self._admin.written_at(unknown) if unknown else {})

    async def readiness(self) -> Readiness:
        """Not ready while something is away, or when a record has waited for too long."""
        reason = self._fault or self._away()
        if not reason and self._monotonic() - self._looked_at > _STALE_AFTER:
            reason = message("readiness.stale", "database and log were not looked at for some time")
        if not reason and self._waiting and self._waiting[0].seconds > STALLED_AFTER:
            first = self._waiting[0]
            reason = message(
                "readiness.stalled",
                "a record of {topic}, partition {partition}, has waited for {seconds} seconds",
                topic=first.topic,
                partition=first.partition,
                seconds=round(first.seconds),
            )
        return Readiness(ready=not reason, reason=reason, waiting=self._waiting)

    def stuck(self, assigned: Sequence[Place]) -> Place | None:
        """One of these partitions whose offset did not move for too long while records waited."""
        now = self._monotonic()
        for place in assigned:
            still = self._still.get(place)
            if still is not None and now - still.since > STALLED_AFTER:
                return place
        return None

    def _note(self, places: dict[Place, int]) -> None:
        """Remember since when each offset has been the next."""
        now = self._monotonic()
        self._still = {
            place: known
            if (known := self._still.get(place)) is not None and known.offset == offset
            else _Still(offset, now)
            for place, offset in places.items()
        }

    def _measured(
        self, behind: dict[Place, PartitionLag], written: dict[Place, datetime]
    ) -> tuple[Waiting, ...]:
        """What waits, the longest first."""
        now = self._clock()
        found = [
            Waiting(
                topic=lag.topic,
                partition=lag.partition,
                records=lag.lag,
                seconds=max(0.0, (now - written.get(place, now)).total_seconds()),
            )
            for place, lag in behind.items()
        ]
        return tuple(sorted(found, key=lambda each: each.seconds, reverse=True))


def watch(
    parts: Parts,
    away: Callable[[], Message] = lambda: NOTHING,
    *,
    topics: Sequence[str] = tuple(TOPICS.values()),
) -> Watch:
    """For a process with these parts; all that look at ``topics`` look at the whole group."""
    return Watch(
        database=parts.database,
        admin=parts.admin,
        group=parts.settings.consumer_group,
        topics=topics,
        clock=clock,
        require=partial(require_room, parts.settings.data),
        away=away,
    )


def _next(lag: PartitionLag) -> int:
    return max(lag.first, lag.committed or 0)


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
