"""The people of the organisation as its administrators see them."""

from __future__ import annotations

import sqlalchemy as sa

from services.database.schema import ambassadors, people
from services.database.transaction import Transaction
from services.people.store.people import HAS_NAME, Person, read_person

_EVERYBODY = people.outerjoin(ambassadors, ambassadors.c.id == people.c.id)


async def count(transaction: Transaction, words: str = "") -> int:
    """How many people `find` finds."""
    query = sa.select(sa.func.count()).select_from(_EVERYBODY).where(_has(words))
    return await transaction.scalar(query) or 0


async def find(
    transaction: Transaction, words: str = "", *, offset: int = 0, limit: int
) -> list[Person]:
    """People whose name, team or e-mail address holds ``words``, by name."""
    rows = await transaction.execute(
        sa.select(people)
        .select_from(_EVERYBODY)
        .where(_has(words))
        .order_by(people.c.name, people.c.id)
        .offset(offset)
        .limit(limit)
    )
    return [found for row in rows if (found := read_person(row)) is not None]


def _has(words: str) -> sa.ColumnElement[bool]:
    columns = (people.c.name, people.c.email, ambassadors.c.team)
    holds = (column.icontains(words, autoescape=True) for column in columns)
    return sa.and_(HAS_NAME, sa.or_(*holds))
