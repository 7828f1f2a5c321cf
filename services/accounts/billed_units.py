"""What networks charge for besides posts, counted as their answers come in and kept.

By our own count, and at most what is due: X charges a thing that is read twice on one day (UTC)
once, and here it counts twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import Lock

from services.accounts.store import charges
from services.database.engine import Database
from services.price import Prices


class BilledUnits:
    """Of one process. Connectors count from any thread; what was counted waits to be stored."""

    def __init__(self, prices: Mapping[str, Prices]) -> None:
        self._prices = prices
        self._lock = Lock()
        self._waiting: Counter[tuple[str, str, int]] = Counter()

    def count(self, network: str, unit: str, number: int) -> None:
        """A `services.ports.Meter` of this network; what it does not charge for is not counted."""
        prices = self._prices.get(network)
        each = 0 if prices is None else prices.charge_unit(unit)
        if each and number > 0:
            with self._lock:
                self._waiting[network, unit, each] += number

    async def store(self, database: Database) -> None:
        """Raises RetryLater when the database is away; what was counted is stored another time."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
        if not taken:
            return
        try:
            async with database.write() as transaction:
                await charges.add_units(transaction, taken)
        except BaseException:
            with self._lock:
                self._waiting += taken
            raise
