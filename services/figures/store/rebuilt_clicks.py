"""Clicks that were counted again, put in the place of those that are there, in one transaction.

Only what differs is written, which is mostly nothing; until the transaction ends, everybody reads what
was there before. Its order: `prepare`, `add_cells` as often as need be, `hold`, `add_cells` for what was
counted meanwhile, `replace`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import take_turns
from services.database.schema import click_cells, clicks, counted_records, forgotten_clicks
from services.database.transaction import Transaction
from services.figures.rules.click import Click, microseconds
from services.figures.store.click_cells import ADD, on_top
from services.figures.store.clicks import PROCESSOR, make_temporary, mark_records

#: A cell of a link: code, hour or day, class, reason, and how many clicks.
Cell = tuple[str, str, str, str, int]

_PARTS = ("code", "hour", "click_class", "reason")
_recounted = sa.Table(
    "recounted_clicks",
    sa.MetaData(),
    *(sa.Column(name, sa.Text) for name in _PARTS),
    sa.Column("clicks", sa.BigInteger),
)
_cells = click_cells.to_metadata(sa.MetaData(), name="rebuilt_cells")
_singly = sa.Table(
    "rebuilt_clicks",
    sa.MetaData(),
    *(
        sa.Column(name, sa.BigInteger if name == "at" else sa.Text, primary_key=name == "id")
        for name in Click._fields
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is counted again: days from ``day`` (as in 2026-11-24) on, empty: all; and hours from
    ``hour`` on."""

    day: str
    hour: str


async def forgotten_before(transaction: Transaction) -> datetime | None:
    """Single clicks from before this are not there any more; None: all are."""
    before: datetime | None = await transaction.scalar(sa.select(forgotten_clicks.c.before))
    return before


async def counted_until(transaction: Transaction) -> dict[int, int]:
    """The offset after the last record of each partition that was counted."""
    rows = await transaction.execute(
        sa.select(
            counted_records.c.partition, sa.func.max(counted_records.c.last).label("last")
        ).group_by(counted_records.c.partition)
    )
    return {row.partition: row.last + 1 for row in rows}


async def prepare(transaction: Transaction) -> None:
    for table in (_recounted, _cells, _singly):
        await make_temporary(transaction, table)


async def add_cells(transaction: Transaction, counted: Sequence[Cell]) -> None:
    """Roll up what was counted of links; many at a time are worth their while."""
    if counted:
        await transaction.execute(_recounted.delete())
        await transaction.fill(_recounted, counted)
        await transaction.execute(
            sa.text(
                ADD.format(source=_recounted.name, clicks="sum(clicks)", target=_cells.name)
                + on_top(_cells.name)
            )
        )


async def add_clicks(transaction: Transaction, recent: Sequence[Click]) -> None:
    if recent:
        await transaction.fill(_singly, recent)


async def hold(transaction: Transaction, partitions: Sequence[int]) -> None:
    """Let no worker count a click of these partitions until this transaction ends."""
    for partition in sorted(partitions):
        await take_turns(transaction, PROCESSOR, str(partition))


async def replace(
    transaction: Transaction,
    scope: Scope,
    *,
    records: Mapping[int, tuple[int, int]],
    clicks_counted: int,
) -> None:
    """Write what differs. ``records`` are the first offset of each partition that was read, and the one
    after the last. Raises RuntimeError when what was added up is not what was counted."""
    await _analyze(transaction)
    await transaction.execute(_cells.delete().where(_cells.c.span == ""))
    is_day = sa.func.length(_cells.c.span) == 10
    total = sa.select(sa.func.sum(_cells.c.clicks)).where(_cells.c.dimension == "all", is_day)
    if int(await transaction.scalar(total) or 0) != clicks_counted:
        raise RuntimeError("the figures that were counted again do not add up")
    length = sa.func.length(click_cells.c.span)
    await _replace_cells(
        transaction,
        sa.or_(
            sa.and_(length == 10, click_cells.c.span >= scope.day),
            sa.and_(length > sa.literal_column("10"), click_cells.c.span >= scope.hour),
        ),
    )
    await _replace_totals(transaction)
    since = microseconds(before) if (before := await forgotten_before(transaction)) else 0
    await _replace_clicks(transaction, max(since, _moment(scope.day)))
    for partition, (first, end) in records.items():
        if end > first:
            await mark_records(transaction, partition, first, end - 1)


async def _replace_cells(transaction: Transaction, scope: sa.ColumnElement[bool]) -> None:
    same = [_cells.c[key.name] == key for key in click_cells.primary_key]
    await transaction.execute(
        click_cells.delete().where(scope, ~sa.select(1).select_from(_cells).where(*same).exists())
    )
    names = ", ".join(column.name for column in click_cells.columns)
    key = ", ".join(column.name for column in click_cells.primary_key)
    is_same = " AND ".join(f"c.{column.name} = r.{column.name}" for column in click_cells.columns)
    await transaction.execute(
        sa.text(
            f"""
            INSERT INTO click_cells ({names}) SELECT {names} FROM {_cells.name} r
            WHERE NOT EXISTS (SELECT 1 FROM click_cells c WHERE {is_same})
            ON CONFLICT ({key}) DO UPDATE SET clicks = excluded.clicks
            """  # noqa: S608 - names of ours
        )
    )


async def _replace_totals(transaction: Transaction) -> None:
    """Sums of all days, also of those that were not counted again."""
    await transaction.execute(_cells.delete())
    days = click_cells.c
    parts = (days.dimension, days.value, days.click_class, days.reason)
    sums = (
        sa.select(*parts, sa.literal_column("''"), sa.func.sum(days.clicks))
        .where(sa.func.length(days.span) == 10, days.dimension.in_(("all", "campaign")))
        .group_by(*parts)
    )
    names = [*(part.name for part in parts), "span", "clicks"]
    await transaction.execute(_cells.insert().from_select(names, sums))
    await _replace_cells(transaction, click_cells.c.span == "")


async def _replace_clicks(transaction: Transaction, since: int) -> None:
    there = sa.select(1).select_from(_singly).where(_singly.c.id == clicks.c.id).exists()
    await transaction.execute(clicks.delete().where(clicks.c.at >= since, ~there))
    names = [column.name for column in clicks.columns]
    await transaction.execute(
        sa.text(
            f"""
            INSERT INTO clicks ({", ".join(names)})
            SELECT {", ".join(names)} FROM {_singly.name} r
            WHERE r.at >= :since AND NOT EXISTS (SELECT 1 FROM clicks c
                WHERE c.id = r.id AND c.click_class = r.click_class AND c.reason = r.reason)
            ON CONFLICT (id)
            DO UPDATE SET click_class = excluded.click_class, reason = excluded.reason
            """  # noqa: S608 - names of ours
        ),
        {"since": since},
    )


async def _analyze(transaction: Transaction) -> None:
    """Temporary tables are not analyzed by the server, and millions of rows need the right plan."""
    if transaction.dialect.name == "postgresql":
        for table in (_cells, _singly):
            await transaction.execute(sa.text(f"ANALYZE {table.name}"))


def _moment(day: str) -> int:
    return microseconds(datetime.fromisoformat(f"{day}T00:00:00+00:00")) if day else 0
