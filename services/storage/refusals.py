"""Why people have no draft, by campaign and network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from services.storage.database import replace
from services.storage.schema import refusals
from services.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """Why there is no draft for somebody on a network, as a sentence."""

    ambassador_id: str
    network: str
    reason: str


async def record(
    transaction: Transaction, campaign_id: str, unwritten: Sequence[Unwritten]
) -> None:
    """Keep why there are no drafts, in place of what was recorded before."""
    rows = [{"campaign_id": campaign_id} | asdict(each) for each in unwritten]
    await replace(transaction, refusals, rows)


async def counts(transaction: Transaction, campaign_id: str) -> dict[tuple[str, str], int]:
    """How many people have no draft, by the network and the reason in words."""
    rows = await transaction.execute(
        sa.select(refusals.c.network, refusals.c.reason, sa.func.count().label("people"))
        .where(refusals.c.campaign_id == campaign_id)
        .group_by(refusals.c.network, refusals.c.reason)
        .order_by(refusals.c.network, refusals.c.reason)
    )
    return {(row.network, row.reason): row.people for row in rows}
