"""A fact with the place on the log that it came from."""

from __future__ import annotations

from typing import Any, NamedTuple

from services.events.statement import Fact


class Delivery(NamedTuple):
    """``completes``: with it all of its record is done, since it is the last valid one in it."""

    fact: Fact[Any]
    partition: int
    offset: int
    completes: bool
