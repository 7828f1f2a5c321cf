"""What networks charged for posts and other units, by our own count at the prices of that time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.database.engine import insert_for, is_one_of
from services.database.schema import billed_units, posts
from services.database.transaction import Transaction
from services.post import PostState


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """``posts`` were created at ``each`` millionths of a dollar; None where the price is unknown."""

    network: str
    posts: int
    each: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCharge:
    """``number`` of something else, such as posts read, at ``each`` millionths of a dollar."""

    network: str
    unit: str
    number: int
    each: int


async def of_networks(
    transaction: Transaction, networks: Sequence[str], *, campaign_ids: Sequence[str] | None = None
) -> list[Charge]:
    """What these networks charged the organisation, the dearest first, the unknown last.

    For the posts of these campaigns, or of all.
    """
    if not networks:
        return []
    query = (
        sa.select(posts.c.network, posts.c.charged, sa.func.count().label("posts"))
        .where(posts.c.network.in_(networks), posts.c.state == PostState.PUBLISHED.value)
        .group_by(posts.c.network, posts.c.charged)
    )
    if campaign_ids is not None:
        query = query.where(is_one_of(transaction, posts.c.campaign_id, campaign_ids))
    rows = await transaction.execute(query)
    found = [Charge(network=row.network, posts=row.posts, each=row.charged) for row in rows]
    return sorted(found, key=lambda each: (each.network, each.each is None, -(each.each or 0)))


async def add_units(transaction: Transaction, counted: Mapping[tuple[str, str, int], int]) -> None:
    """Add to what was counted, by network, unit and price."""
    statement = insert_for(transaction, billed_units)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=["network", "unit", "each"],
            set_={"number": billed_units.c.number + statement.excluded.number},
        ),
        [
            {"network": network, "unit": unit, "each": each, "number": number}
            # In one order everywhere, so that two workers never wait for each other.
            for (network, unit, each), number in sorted(counted.items())
        ],
    )


async def of_units(transaction: Transaction) -> list[UnitCharge]:
    """Return all that was counted, of every person, in a fixed order."""
    rows = await transaction.execute(
        sa.select(billed_units).order_by(
            billed_units.c.network, billed_units.c.unit, billed_units.c.each
        )
    )
    return [UnitCharge(**row) for row in rows.mappings()]


async def totals(transaction: Transaction) -> list[tuple[str, str, int]]:
    """Network, unit and millionths of a dollar, over all posts and other units."""
    created = await transaction.execute(
        sa.select(posts.c.network, sa.func.sum(posts.c.charged).label("micros"))
        # Only those are: said so that their index is used.
        .where(posts.c.charged.is_not(None), posts.c.state == PostState.PUBLISHED.value)
        .group_by(posts.c.network)
    )
    found = [(row.network, "post", int(row.micros)) for row in created]
    others = await of_units(transaction)
    return found + [(one.network, one.unit, one.number * one.each) for one in others]
