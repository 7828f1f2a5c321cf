"""Clicks from the log into figures, counted again, and read: on SQLite and on PostgreSQL.

The baseline is what the database takes of the bare rows, parsed and judged already: COPY on
PostgreSQL, executemany on SQLite. ``python -m benchmarks.clicks [--write] [--runs N]``, which starts a PostgreSQL
of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from benchmarks.report import Row, arguments, report, shown
from services.database.engine import Database
from services.database.migrate import migrate
from services.database.schema import ambassadors, campaigns, clicks, metadata, people, posts
from services.database.schema import click_cells as cells
from services.events.clicks import read_clicks
from services.figures.rules.click import Click, Recount, judged
from services.figures.store import campaign_figures, click_cells
from services.identity import link_code
from services.ports import Record
from streams.logging import configure_logging
from streams.logs.admin import TopicSpec
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.topics import partition_of
from streams.process.processor import ProcessorRunner, Progress, SourceRecord
from streams.process.processors import clicks_processor
from streams.process.rebuild_clicks import ClickRebuild
from tests.servers.postgres import Postgres
from tests.servers.process import free_port

TOPIC = "link.clicked"
#: Clicks whose JSON pydantic_core parsed in a second on this kind of machine while its load was 5.
ANCHOR = 500_000
CAMPAIGNS, POSTS_EACH, CLICKS, VISITORS = 500, 10, 10_000, 1_000_000
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
)
_START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


class Traffic:
    """Clicks in the order in which they happen: a few links have most of them, one in eight is a
    machine's, one in five a visitor's second, and one record in twenty is delivered twice."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = codes
        self._chance = random.Random(20261130)  # noqa: S311 - which clicks, not a secret
        self._made = 0
        self._offsets = dict.fromkeys(range(8), 0)
        self._visitors: list[tuple[str, str]] = []

    def records(self, clicks: int, *, code: str = "") -> list[SourceRecord]:
        """So many clicks by a hundred a record, of one link or of all."""
        waiting: dict[int, list[bytes]] = {number: [] for number in range(8)}
        records = []
        for _ in range(clicks):
            of, event = self._event(code)
            partition = partition_of(of.encode())
            waiting[partition].append(event)
            if len(waiting[partition]) == 100:
                records.append(self._record(partition, waiting[partition]))
        records += [self._record(each, events) for each, events in waiting.items() if events]
        return records

    def _record(self, partition: int, events: list[bytes]) -> SourceRecord:
        offset = self._offsets[partition]
        self._offsets[partition] += 1
        value = b"[" + b",".join(events) + b"]"
        events.clear()
        return SourceRecord(topic=TOPIC, partition=partition, offset=offset, key=b"k", value=value)

    def _event(self, code: str) -> tuple[str, bytes]:
        chance = self._chance
        self._made += 1
        if not code and self._visitors and chance.random() < 0.2:
            code, visitor = chance.choice(self._visitors[-2_000:])
        else:
            code = code or self._codes[min(int(chance.paretovariate(0.6)), len(self._codes)) - 1]
            visitor = f"{chance.getrandbits(64):016x}"
            self._visitors.append((code, visitor))
        # Two hundred a second.
        at = (_START + timedelta(milliseconds=5 * self._made)).isoformat().replace("+00:00", "Z")
        event = {
            "specversion": "1.0",
            "id": f"{chance.getrandbits(128):032x}",
            "source": "/zwaan",
            "type": TOPIC,
            "datacontenttype": "application/json",
            "time": at,
            "subject": code,
            "dataschema": f"urn:zwaan:event:{TOPIC}:1",
            "data": {
                "code": code,
                "visitor": visitor,
                "method": "GET",
                "user_agent": _AGENTS[2] if chance.random() < 0.125 else chance.choice(_AGENTS[:2]),
                "prefetch": False,
                "clicked_at": at,
            },
        }
        return code, json.dumps(event, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds by the clock, and of processors: ours, and those of PostgreSQL's sessions."""

    clock: float
    cpu: float


class Place:
    """A migrated database with campaigns, people and posts."""

    def __init__(self, kind: str, database: Database, codes: list[str]) -> None:
        self.kind, self.database, self.codes = kind, database, codes
        self.traffic = Traffic(codes)
        self.log: list[SourceRecord] = []
        self._runner = ProcessorRunner(
            clicks_processor(),
            database=database,
            clock=lambda: datetime.now(UTC),
            progress=Progress(),
        )

    async def _cpu(self) -> float:
        ours = time.process_time()
        if self.kind == "SQLite":
            return ours
        async with self.database.read() as transaction:
            pids = (
                await transaction.scalars(
                    sa.text("SELECT pid FROM pg_stat_activity WHERE usename = current_user")
                )
            ).all()
        return ours + sum(_used(pid) for pid in pids)

    async def timed(self, work: Any) -> Cost:
        cpu, clock = await self._cpu(), time.perf_counter()
        await work
        clock = time.perf_counter() - clock
        return Cost(clock=clock, cpu=await self._cpu() - cpu)

    async def consume(self, records: Sequence[SourceRecord]) -> None:
        """As a worker does: so many records a transaction."""
        processor, batch, size = self._runner.processor, list[SourceRecord](), 0
        for record in [*records, *records[::20]]:
            batch.append(record)
            size += len(record.value)
            if size > processor.batch_bytes:
                await self._runner.run(batch)
                batch, size = [], 0
        await self._runner.run(batch)

    async def bare(self, records: Sequence[SourceRecord]) -> Cost:
        """The rows of the clicks alone, into a table of their own."""
        rows = [(*click[:6],) for record in records for click in _judged(record)]
        columns = (
            sa.Column(each.name, each.type, primary_key=each.primary_key) for each in clicks.c
        )
        table = sa.Table("bare_clicks", sa.MetaData(), *columns)
        async with self.database.write() as transaction:
            await transaction.run_sync(table.create)

        async def fill() -> None:
            async with self.database.write() as transaction:
                await transaction.fill(table, rows)

        cost = await self.timed(fill())
        async with self.database.write() as transaction:
            await transaction.run_sync(table.drop)
        return cost

    async def people(self) -> dict[str, int]:
        async with self.database.read() as transaction:
            return dict(await click_cells.by_class(transaction))

    async def bytes_kept(self) -> int:
        """Of what stays when single clicks are gone."""
        async with self.database.write() as transaction:
            await transaction.execute(clicks.delete())
        if self.kind == "SQLite":
            query = (
                "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%click_cells%'"
                " OR name LIKE '%counted_records%' OR name LIKE '%inbox%'"
            )
        else:
            names = ("click_cells", "counted_records", "inbox")
            query = "SELECT " + " + ".join(f"pg_total_relation_size('{each}')" for each in names)
        async with self.database.read() as transaction:
            return int(await transaction.scalar(sa.text(query)))


def _used(pid: int) -> float:
    """Seconds of processor time of another process."""
    ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def _judged(record: SourceRecord) -> list[Click]:
    read = read_clicks(record.value)
    assert read is not None
    return [judged(click.id, click) for click in read]


@asynccontextmanager
async def places() -> AsyncIterator[list[Place]]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = _server(folder)
        made = []
        try:
            urls = {"SQLite": f"sqlite+aiosqlite:///{folder}/z.db", "PostgreSQL": server.start()}
            for kind, url in urls.items():
                database = Database.open(url)
                await migrate(database)
                made.append(Place(kind, database, await _organise(database)))
            yield made
        finally:
            for place in made:
                await place.database.close()
            server.stop()


def _server(folder: str) -> Postgres:
    # It runs under an account of its own.
    Path(folder).chmod(0o755)
    return Postgres(folder=Path(folder) / "server", port=free_port())


async def _organise(database: Database) -> list[str]:
    now = _START - timedelta(days=1)
    names = [f"person-{number}" for number in range(POSTS_EACH)]
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        people: [_filled(people, id=name, email=f"{name}@example.org") for name in names],
        ambassadors: [_filled(ambassadors, id=name, team=name[-1]) for name in names],
        campaigns: [
            _filled(
                campaigns, id=f"c-{number}", kind="story", source_id=f"s-{number}", state="open"
            )
            for number in range(CAMPAIGNS)
        ],
        posts: [
            _filled(
                posts,
                id=f"p-{number}",
                campaign_id=f"c-{number % CAMPAIGNS}",
                ambassador_id=names[number // CAMPAIGNS],
                network=("linkedin", "x", "mastodon")[number % 3],
                language="nl",
                team=f"team {number // CAMPAIGNS}",
                state="published",
                link_code=link_code(f"p-{number}"),
                created_at=now,
            )
            for number in range(CAMPAIGNS * POSTS_EACH)
        ],
    }
    async with database.write() as transaction:
        for table in metadata.sorted_tables:
            if table in rows:
                await transaction.insert_many(table.insert(), rows[table])
    return [row["link_code"] for row in rows[posts]]


def _filled(table: sa.Table, **values: Any) -> dict[str, Any]:
    """A row with something in every column that needs it."""
    blank: dict[type, Any] = {sa.Text: "", sa.Integer: 0, sa.BigInteger: 0, sa.Float: 0.0}
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None or column.computed is not None:
            continue
        kind = type(column.type)
        row[column.name] = blank.get(kind, [] if kind.__name__ == "Json" else _START)
    return row | values


async def _consuming(place: Place, runs: int) -> list[Row]:
    counted, bare, parsed = list[Cost](), list[Cost](), list[Cost]()
    for run in range(runs + 1):
        records = place.traffic.records(CLICKS)
        place.log += records
        cost = await place.timed(place.consume(records))
        baseline = await place.bare(records)
        reading = await place.timed(_parse(records))
        if run:  # the first warms up
            counted.append(cost)
            bare.append(baseline)
            parsed.append(reading)
    await _check(place)
    asked = "≥ 20,000" if place.kind == "PostgreSQL" else "≥ 15,000"
    return [
        _row(
            f"{place.kind}: clicks counted, by the clock", [each.clock for each in counted], asked
        ),
        _row(f"{place.kind}: the same, by processor time", [each.cpu for each in counted], asked),
        _row(f"{place.kind}: baseline, the bare rows, by the clock", [each.clock for each in bare]),
        _row(f"{place.kind}: baseline, by processor time", [each.cpu for each in bare]),
        _row(f"{place.kind}: their JSON parsed, by processor time", [each.cpu for each in parsed]),
    ]


async def _parse(records: Sequence[SourceRecord]) -> None:
    for record in records:
        from_json(record.value)


def _row(what: str, seconds: Sequence[float], asked: str = "") -> Row:
    return Row(what=what, runs=[CLICKS / each for each in seconds], unit="clicks/s", target=asked)


async def _check(place: Place) -> None:
    """What was counted is what a plain recount gives."""
    plain = Recount(since=-(2**63), hours=2**63, singly=2**63, memory=2**62)
    for record in place.log:
        for click in _judged(record):
            plain.add(click)
    expected: dict[str, int] = {}
    for (_, _, click_class, _), number in plain.cells.items():
        expected[click_class] = expected.get(click_class, 0) + number
    assert await place.people() == expected, (await place.people(), expected)


async def _rebuilding(place: Place, runs: int) -> list[Row]:
    """The whole log, and a damaged database."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        admin = EmbeddedAdmin(f"embedded://{folder}/log.db")
        admin.ensure_topics([TopicSpec(name=TOPIC, partitions=8)])
        for start in range(0, len(place.log), 500):
            admin.append(
                [
                    Record(
                        topic=TOPIC, key=each.key or b"", value=each.value, partition=each.partition
                    )
                    for each in place.log[start : start + 500]
                ]
            )
        (topic,) = admin.topics([TOPIC])
        for run in range(runs + 1):
            async with place.database.write() as transaction:
                await transaction.execute(cells.delete().where(cells.c.dimension == "team"))
            rebuild = ClickRebuild(
                place.database,
                admin,
                topic,
                since=None,
                memory=timedelta(days=7),
                now=datetime.now(UTC),
                looked=lambda _: None,
            )
            cost = await place.timed(rebuild.run())
            if run:
                costs.append(cost)
            await _check(place)
        admin.close()
    clicks_there = sum((await place.people()).values())
    return [
        Row(
            what=f"{place.kind}: {clicks_there:,} clicks counted again, {how}",
            runs=[clicks_there / seconds for seconds in measured],
            unit="clicks/s",
            target="≥ 50,000",
        )
        for how, measured in (
            ("by the clock", [each.clock for each in costs]),
            ("by processor time", [each.cpu for each in costs]),
        )
    ]


async def _flat(place: Place, runs: int) -> list[Row]:
    """The first visitors of a link against those after a million."""
    first, last = place.codes[0], place.codes[1]
    some = CLICKS // 5
    before = [
        (f"v{n}", last, f"{n:016x}", "human", "", int(_START.timestamp()) * 1_000_000 + n)
        for n in range(VISITORS)
    ]
    async with place.database.write() as transaction:
        await transaction.fill(clicks, before)
    ratios = []
    for run in range(runs + 1):
        of_few = await place.timed(place.consume(place.traffic.records(some, code=first)))
        of_many = await place.timed(place.consume(place.traffic.records(some, code=last)))
        if run:
            ratios.append(of_many.cpu / of_few.cpu)
    return [
        Row(
            what=f"{place.kind}: a link with {VISITORS:,} visitors against one with few, processor time",
            runs=ratios,
            unit="×",
            target="flat",
        )
    ]


async def _pages(place: Place, runs: int) -> list[Row]:
    """What the pages of managers and of an ambassador read of clicks."""
    of = [f"c-{number}" for number in range(50)]
    times = []
    for _ in range(runs * 4):
        started = time.perf_counter()
        async with place.database.read() as transaction:
            await campaign_figures.of_campaigns(transaction, of)
        times.append(1000 * (time.perf_counter() - started))
    return [
        Row(
            what=f"{place.kind}: figures of fifty campaigns",
            runs=times,
            unit="ms",
            target="page ≤ 50 ms p95",
        )
    ]


async def measure(runs: int) -> list[Row]:
    rows: list[Row] = []
    async with places() as made:
        for place in made:
            rows += await _consuming(place, runs)
            rows += await _rebuilding(place, runs)
            rows += await _pages(place, runs)
            number = sum((await place.people()).values())
            kept = 10 * await place.bytes_kept() / number
            rows.append(
                Row(
                    what=f"{place.kind}: kept of ten clicks, of {number:,}",
                    runs=[kept],
                    unit="bytes",
                    target="≤ 1,024",
                )
            )
            rows += await _flat(place, runs)
    return rows


def main() -> None:
    runs = arguments().runs
    configure_logging(level="WARNING", as_json=False)
    rows = asyncio.run(measure(runs))
    by = {row.what: statistics.median(row.runs) for row in rows}
    part = {
        kind: by[f"{kind}: the same, by processor time"]
        / by[f"{kind}: baseline, by processor time"]
        for kind in ("SQLite", "PostgreSQL")
    }
    anchored = {
        kind: ANCHOR
        * by[f"{kind}: the same, by processor time"]
        / by[f"{kind}: their JSON parsed, by processor time"]
        for kind in part
    }
    report(
        "Clicks, from the log into figures",
        "python -m benchmarks.clicks",
        rows,
        f"{CAMPAIGNS * POSTS_EACH:,} links of {CAMPAIGNS:,} campaigns; one record in twenty comes twice. "
        f"Counting reaches {shown(part['PostgreSQL'])} of a bare COPY and {shown(part['SQLite'])} of a bare "
        "executemany, by processor time (ours, and that of PostgreSQL's sessions). Under a load of many "
        f"processes a core's second does less: at a load of 5 this machine parsed the JSON of {ANCHOR:,} "
        f"clicks in one. Anchored to that, PostgreSQL counts {shown(anchored['PostgreSQL'])} a second and "
        f"SQLite {shown(anchored['SQLite'])}. What limits it is the interpreter: reading and judging a "
        "click, and PostgreSQL's three indexes of single clicks. PostgreSQL runs without fsync. After each part, "
        "the figures are those of a plain recount.",
    )


if __name__ == "__main__":
    main()
