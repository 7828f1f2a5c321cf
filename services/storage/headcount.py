"""How many people there are."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from services.storage.schema import ambassadors, connections, people
from services.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """``connected``: ambassadors with at least one network."""

    people: int
    ambassadors: int
    connected: int


async def headcount(transaction: Transaction) -> Headcount:
    connected = sa.select(sa.func.count(connections.c.ambassador_id.distinct()))
    return Headcount(
        people=await transaction.scalar(sa.select(sa.func.count()).select_from(people)) or 0,
        ambassadors=await transaction.scalar(sa.select(sa.func.count()).select_from(ambassadors))
        or 0,
        connected=await transaction.scalar(connected) or 0,
    )
