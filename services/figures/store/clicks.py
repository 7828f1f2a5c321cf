"""Single clicks: kept for a while, to tell a click that came twice and a visitor who did.

Also which of them were counted. A click that is kept is known by its id, one that was forgotten by the
record of the log it came in. So ten million clicks leave a few rows behind, and not one each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from services.database import inbox
from services.database.engine import insert_for, take_turns
from services.database.schema import clicks, counted_records, forgotten_clicks
from services.database.transaction import Transaction
from services.events.statement import Delivery
from services.figures.rules.click import (
    DUPLICATE_MICROSECONDS,
    TWICE,
    Click,
    ClickClass,
    microseconds,
)

#: Whose memory this is. The inbox has what it handled before clicks were remembered here.
PROCESSOR = "count-clicks"


_COLUMNS = (
    sa.Column[object](name, sa.BigInteger if name == "at" else sa.Text, nullable=False)
    for name in Click._fields
)
#: Where a batch is put before it is counted; each connection has its own, empty between transactions.
staged_clicks = sa.Table("staged_clicks", sa.MetaData(), *_COLUMNS)

# Written out: a partial index is used where the statement itself has the condition.
_IS_HUMAN = clicks.c.click_class == sa.literal_column(f"'{ClickClass.HUMAN.value}'")


async def take(transaction: Transaction, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Remember that these clicks are counted in this transaction.

    Returns those that were not counted yet, each once, in their order. Of two workers that hold the
    same partition (it moves while one still works), the second waits for the first.
    """
    partitions = sorted({each.partition for each in deliveries})
    for partition in partitions:
        await take_turns(transaction, PROCESSOR, str(partition))
    await _look_up_by_index(transaction)
    # A transaction that deletes clicks waits until what is found here is committed.
    await transaction.execute(sa.select(forgotten_clicks.c.id).with_for_update(read=True))
    known = await counted(transaction, deliveries)
    done: dict[int, list[int]] = {partition: [] for partition in partitions}
    for each in deliveries:
        if each.completes:
            done[each.partition].append(each.offset)
    for partition, offsets in done.items():
        for first, last in _runs(offsets):
            await mark_records(transaction, partition, first, last)
    fresh: dict[str, Delivery] = {}
    for number, each in enumerate(deliveries):
        if number not in known:
            fresh.setdefault(each.fact.event.id, each)
    return list(fresh.values())


async def counted(transaction: Transaction, deliveries: Sequence[Delivery]) -> set[int]:
    """The numbers of those deliveries whose click was counted."""
    before = await transaction.scalar(sa.select(forgotten_clicks.c.before))
    ids = [each.fact.event.id for each in deliveries]
    asked = _listed(transaction, ids).subquery()
    # Here and in `near` one look by index for each: no statistics can mislead the planner.
    there = sa.select(clicks.c.id).where(clicks.c.id == asked.c.value).scalar_subquery()
    kept = set(await transaction.scalars(sa.select(asked.c.value).where(there.is_not(None))))
    known = {number for number, identity in enumerate(ids) if identity in kept} if kept else set()
    if before is None:
        return known
    old = [
        number
        for number, each in enumerate(deliveries)
        if each.fact.data.clicked_at < before and number not in known
    ]
    if old:
        known |= await _counted_of_old(transaction, {number: deliveries[number] for number in old})
    return known


async def _counted_of_old(transaction: Transaction, deliveries: Mapping[int, Delivery]) -> set[int]:
    events = [each.fact.event for each in deliveries.values()]
    handled = await inbox.handled(transaction, PROCESSOR, events)
    ranges: dict[int, list[tuple[int, int]]] = {}
    for row in await transaction.execute(
        sa.select(counted_records).where(
            counted_records.c.partition.in_({each.partition for each in deliveries.values()})
        )
    ):
        ranges.setdefault(row.partition, []).append((row.first, row.last))
    return {
        number
        for number, each in deliveries.items()
        if (each.fact.event.source, each.fact.event.id) in handled
        or any(first <= each.offset <= last for first, last in ranges.get(each.partition, ()))
    }


async def mark_records(transaction: Transaction, partition: int, first: int, last: int) -> None:
    """Remember that all clicks in these records of a partition are counted."""
    touched = sa.and_(
        counted_records.c.partition == partition,
        counted_records.c.last >= first - 1,
        counted_records.c.first <= last + 1,
    )
    rows = (await transaction.execute(sa.select(counted_records).where(touched))).all()
    first = min([first, *(row.first for row in rows)])
    last = max([last, *(row.last for row in rows)])
    if [(row.first, row.last) for row in rows] != [(first, last)]:
        await transaction.execute(counted_records.delete().where(touched))
        await transaction.execute(
            counted_records.insert().values(partition=partition, first=first, last=last)
        )


def _runs(offsets: Iterable[int]) -> list[tuple[int, int]]:
    """Offsets as ranges without a gap."""
    runs: list[tuple[int, int]] = []
    for offset in sorted(offsets):
        if runs and offset <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], offset)
        else:
            runs.append((offset, offset))
    return runs


async def stage(transaction: Transaction, fresh: Sequence[Click]) -> None:
    """Put a batch where `near`, `settle` and the roll-up find it."""
    await make_temporary(transaction, staged_clicks)
    await transaction.fill(staged_clicks, fresh)


async def near(transaction: Transaction) -> dict[tuple[str, str], list[int]]:
    """When the visitors of the staged clicks counted as people around them: (code, visitor) → at."""
    window = DUPLICATE_MICROSECONDS
    is_sqlite = transaction.dialect.name == "sqlite"
    join = sa.func.group_concat if is_sqlite else sa.func.string_agg
    around = (
        sa.select(join(sa.cast(clicks.c.at, sa.Text), sa.literal_column("','")))
        .where(
            _IS_HUMAN,
            clicks.c.code == staged_clicks.c.code,
            clicks.c.visitor == staged_clicks.c.visitor,
            clicks.c.at > staged_clicks.c.at - window,
            clicks.c.at < staged_clicks.c.at + window,
        )
        .scalar_subquery()
        .label("around")
    )
    asked = (
        sa.select(staged_clicks.c.code, staged_clicks.c.visitor, around)
        .where(staged_clicks.c.click_class == ClickClass.HUMAN.value)
        .subquery()
    )
    found: dict[tuple[str, str], list[int]] = {}
    for row in await transaction.execute(sa.select(asked).where(asked.c.around.is_not(None))):
        found.setdefault((row.code, row.visitor), []).extend(map(int, row.around.split(",")))
    return found


async def settle(transaction: Transaction, doubles: Sequence[str]) -> None:
    """Keep the staged clicks; those with these ids as duplicates."""
    if doubles:
        await transaction.execute(
            staged_clicks.update()
            .where(staged_clicks.c.id.in_(_listed(transaction, doubles)))
            .values(click_class=TWICE.click_class.value, reason=TWICE.reason)
        )
    kept = [column.name for column in clicks.columns]
    staged = sa.select(*(staged_clicks.c[name] for name in kept))
    await transaction.execute(clicks.insert().from_select(kept, staged))


async def forget(transaction: Transaction, *, before: datetime) -> None:
    """Delete single clicks; what they are rolled up to stays, and that they were counted."""
    statement = insert_for(transaction, forgotten_clicks).values(id=1, before=before)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"before": statement.excluded.before},
            where=forgotten_clicks.c.before < statement.excluded.before,
        )
    )
    await transaction.execute(clicks.delete().where(clicks.c.at < microseconds(before)))


async def make_temporary(transaction: Transaction, table: sa.Table) -> None:
    """Have ``table``, empty, for this transaction alone."""
    columns = ", ".join(
        f'"{column.name}" {column.type.compile(dialect=transaction.dialect)} NOT NULL'
        for column in table.columns
    )
    if key := ", ".join(f'"{column.name}"' for column in table.primary_key):
        columns += f", PRIMARY KEY ({key})"
    is_sqlite = transaction.dialect.name == "sqlite"
    await transaction.execute(
        sa.text(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.name} ({columns})"
            + ("" if is_sqlite else " ON COMMIT DELETE ROWS")
        )
    )
    if is_sqlite:
        await transaction.execute(table.delete())


async def _look_up_by_index(transaction: Transaction) -> None:
    """A plan that PostgreSQL made while the table was small would read all of it, ever after."""
    if transaction.dialect.name == "postgresql":
        # What it must not do costs so much that it would compile the statement first.
        off = [sa.func.set_config(name, "off", sa.true()) for name in ("enable_seqscan", "jit")]
        await transaction.execute(sa.select(*off))


def _listed(transaction: Transaction, texts: Sequence[str]) -> sa.Select[tuple[str]]:
    """Texts as rows: one parameter, however many they are."""
    document = json.dumps(texts)
    if transaction.dialect.name == "sqlite":
        each = sa.func.json_each(document).table_valued("value")
    else:
        each = sa.func.json_array_elements_text(
            sa.cast(sa.literal(document, sa.Text), sa.JSON)
        ).table_valued("value")
    return sa.select(each.c.value)
