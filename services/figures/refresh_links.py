"""Keep the table of all short links as the database has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from services.database.engine import Database
from services.figures.rules.link_table import LinkMark, LinkTable
from services.figures.store import links

#: What a transaction wrote is seen when it commits, which may be so long after the time in it.
_LATE = timedelta(minutes=2)
#: How often links of such transactions are looked for; closings are few, and looked for each time.
_LOOK_BACK = timedelta(minutes=1)
_PAGE = 5_000
_UNSETTLED = 100_000


class LinkRefresher:
    """Reads into ``table`` what is new. A link that it misses is looked up when it is followed."""

    def __init__(
        self, database: Database, table: LinkTable, *, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._table = table
        self._clock = clock
        self._looked_back: datetime | None = None
        self._finished: datetime | None = None
        self._compared = False

    async def refresh(self) -> bool:
        """Whether anything was new. Raises RetryLater when the database is away."""
        changed = await self._read(self._table, self._from())
        if not self._compared:
            # Once: the table may come from a file, which was of another database, or of before a
            # backup was put back.
            changed |= await self._compare()
            self._compared = True
        since = self._finished and self._finished - _LATE
        async with self._database.read() as transaction:
            finished, self._finished = await links.finished(transaction, since)
        return self._table.close(finished) or changed

    def _from(self) -> LinkMark | None:
        mark, now = self._table.mark, self._clock()
        if mark is None:
            return None
        if self._looked_back is not None and now - self._looked_back < _LOOK_BACK:
            return mark
        self._looked_back = now
        return LinkMark(mark.created_at - _LATE - _LOOK_BACK, "")

    async def _read(self, table: LinkTable, mark: LinkMark | None) -> bool:
        changed = False
        while True:
            async with self._database.read() as transaction:
                page = await links.after(transaction, mark, limit=_PAGE)
                unknown = table.unknown(link.campaign_id for link in page.links)
                table.know(await links.campaigns_by_id(transaction, unknown))
            changed |= table.add(page.links)
            mark = page.mark
            if mark is not None:
                table.mark = max(mark, table.mark or mark)
            if len(page.links) < _PAGE:
                return changed
            if table.unsettled >= _UNSETTLED:
                await asyncio.to_thread(table.settle)

    async def _compare(self) -> bool:
        """Read everything anew when the table is not of this database; whether it changed."""
        table = self._table
        if table.mark is None:
            return False
        async with self._database.read() as transaction:
            number, some = await links.extent(transaction, table.mark)
            known = await links.campaigns_by_id(transaction, table.campaign_ids)
        is_ours = number == len(table) and len(known) == len(table.campaign_ids)
        if is_ours and all(table.target(code) for code in some):
            return table.know(known)
        fresh = LinkTable()
        await self._read(fresh, None)
        table.become(fresh)
        return True
