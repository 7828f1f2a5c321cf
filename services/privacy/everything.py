"""Everything that is kept about a person, for that person: articles 15 and 20 of the GDPR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from services.database.schema import (
    ambassadors,
    audience,
    campaigns,
    connections,
    metadata,
    people,
    posts,
    sessions,
    sign_in_links,
)
from services.database.transaction import Transaction
from services.privacy.store import MENTIONS

#: Whoever knows these acts as the person.
_SECRET = frozenset(
    [connections.c.tokens, sessions.c.token_sha256, sign_in_links.c.token_sha256],
)

Rows = list[dict[str, Any]]


async def everything_about(transaction: Transaction, person_id: str) -> dict[str, Rows]:
    """The rows of every table about this person and their posts, by table; tokens aside.

    ``campaigns`` are the title and kind of what they were asked to share. Who clicked is no part of
    it: of visitors only counts are kept.
    """
    theirs = sa.select(posts.c.id).where(posts.c.ambassador_id == person_id)
    found: dict[str, Rows] = {}
    for table in metadata.sorted_tables:
        about = [column.in_(theirs) for column in _keys_to(table, posts.c.id)]
        for owner in (people, ambassadors):
            about += [column == person_id for column in _keys_to(table, owner.c.id)]
        about += [mention == person_id for mention in MENTIONS if mention.table is table]
        if table is people:
            about.append(people.c.id == person_id)
        if about:
            shown = [column for column in table.columns if column not in _SECRET]
            rows = await transaction.execute(
                sa.select(*shown).where(sa.or_(*about)).order_by(*table.primary_key)
            )
            found[table.name] = [dict(row) for row in rows.mappings()]
    asked = sa.select(audience.c.campaign_id).where(audience.c.ambassador_id == person_id)
    titles = sa.select(campaigns.c.id, campaigns.c.kind, campaigns.c.title)
    rows = await transaction.execute(titles.where(campaigns.c.id.in_(asked)))
    found[campaigns.name] = [dict(row) for row in rows.mappings()]
    return {name: rows for name, rows in found.items() if rows}


def _keys_to(table: sa.Table, target: sa.Column[Any]) -> Iterator[sa.Column[Any]]:
    """The columns of ``table`` that refer to ``target``."""
    for column in table.columns:
        if any(key.column is target for key in column.foreign_keys):
            yield column
