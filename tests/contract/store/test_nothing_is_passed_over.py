"""With any failure at any step every record ends as its effect or as its dead letter.

On every pair of log and database; `make test-fire` brings the servers of the last pair.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg.errors
import pytest
import sqlalchemy as sa
from faust.contrib.asgi import faust_app_running

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.errors import Conflict, Rejected, RetryLater
from services.events.catalogue import PARTITIONS
from services.events.statement import Fact, Statement
from services.message import said
from services.ports import Record
from streams.logs.admin import LogAdmin, TopicSpec
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.kafka.admin import KafkaAdmin
from streams.logs.kafka.connection import Broker
from streams.process.completeness import Account, compare
from streams.process.processor import Processor, ProcessorRunner, Progress
from streams.worker.faust_app import create_faust_app
from tests.builders import NOW, campaign, event, story
from tests.contract.store.conftest import without_rows
from tests.contract.store.faulty_database import Failure, FaultyDatabase

TOPIC = "story.approved"
SEED = 20261130
EVENTS = 90
#: Of the writes, the calls of the handler, and the commits of offsets.
FAULTS = 0.25

ERRORS: Sequence[Callable[[], BaseException]] = (
    lambda: RetryLater(said("the database is away"), after=0),
    lambda: Conflict(said("deadlock detected")),
    lambda: sa.exc.InternalError("UPDATE", {}, psycopg.errors.ReadOnlySqlTransaction("read-only")),
    lambda: sa.exc.OperationalError("COMMIT", {}, psycopg.errors.QueryCanceled("timeout")),
    lambda: sa.exc.OperationalError("INSERT", {}, psycopg.errors.DiskFull("no room")),
    lambda: sa.exc.ResourceClosedError("This Connection is closed"),
    lambda: ConnectionResetError("cut"),
    lambda: MemoryError("nobody thought of this"),
    lambda: asyncio.CancelledError("of a task inside a library"),
)

PAIRS = [
    ("embedded", "sqlite"),
    pytest.param(("embedded", "postgres"), marks=pytest.mark.postgres),
    pytest.param(("kafka", "sqlite"), marks=pytest.mark.kafka),
    pytest.param(("kafka", "postgres"), marks=pytest.mark.fire),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    broker: str
    admin: LogAdmin
    database: FaultyDatabase
    folder: Path
    group: str

    async def account(self) -> Account:
        (account,) = await compare(self.database, self.admin, group=self.group, topics={"p": TOPIC})
        return account


@pytest.fixture(params=PAIRS, ids="-".join)
def unopened(
    request: pytest.FixtureRequest, migrated: Callable[[str], str], tmp_path: Path
) -> Iterator[Place]:
    log, store = request.param
    broker = (
        f"embedded://{tmp_path}/zwaan.log.db"
        if log == "embedded"
        else f"kafka://{request.getfixturevalue('kafka_address')}"
    )
    admin: LogAdmin = EmbeddedAdmin(broker) if log == "embedded" else KafkaAdmin(Broker.at(broker))
    admin.ensure_topics([TopicSpec(name=TOPIC, partitions=PARTITIONS)])
    database = FaultyDatabase.open(without_rows(store, migrated, tmp_path).url)
    assert isinstance(database, FaultyDatabase)
    yield Place(
        broker=broker,
        admin=admin,
        database=database,
        folder=tmp_path,
        group=f"fire-{uuid.uuid4().hex[:8]}",
    )
    admin.close()


@pytest.fixture
async def place(unopened: Place) -> AsyncIterator[Place]:
    yield unopened
    await unopened.database.close()


class Handler:
    """Keeps a campaign for each story. Fails at times, and for ever where the story says so."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def __call__(
        self, transaction: Transaction, facts: Sequence[Fact[Any]], _now: datetime
    ) -> list[Statement]:
        for fact in facts:
            await campaigns.add(transaction, campaign(fact.data))
            if fact.data.story_id.startswith("refused"):
                raise Rejected(said("never"))
            if fact.data.story_id.startswith("defect"):
                raise ZeroDivisionError
        if self._chance.random() < FAULTS:
            error = self._chance.choice(ERRORS)()
            raise error
        return []


def failures(chance: random.Random) -> deque[Failure | None]:
    steps = ("begin", "commit", "committed")
    return deque(
        Failure(chance.choice(steps), chance.choice(ERRORS)())  # type: ignore[arg-type]
        if chance.random() < FAULTS
        else None
        for _ in range(EVENTS)
    )


@asynccontextmanager
async def working(place: Place, chance: random.Random) -> AsyncIterator[None]:
    """A worker's processing, whose offsets are not always committed either."""
    processor = Processor(name="p", topic=TOPIC, handle=Handler(chance), batch=10)
    runner = ProcessorRunner(
        processor, database=place.database, clock=lambda: NOW, progress=Progress()
    )
    app = create_faust_app(
        broker=place.broker, group=place.group, data=place.folder, runners=[runner]
    )
    async with faust_app_running(app):
        commit = app.consumer._commit

        async def fail_at_times(offsets: Any) -> bool:
            if chance.random() < FAULTS:
                error = chance.choice(ERRORS[:-1])()
                raise error
            return bool(await commit(offsets))

        app.consumer._commit = fail_at_times
        yield


@pytest.mark.timeout(300)
async def test_every_record_ends_as_its_effect_or_as_its_dead_letter(place: Place) -> None:
    """Faults at every step, and a worker that stops twice in the middle: nothing is missing."""
    chance = random.Random(SEED)  # noqa: S311 - the same faults at every run
    run = uuid.uuid4().hex[:8]
    names = [f"{kind}-{run}-{n}" for n in range(EVENTS // 3) for kind in ("good", "fine", "well")]
    names += [f"refused-{run}", f"defect-{run}"]
    records = [
        Record(topic=TOPIC, key=name.encode(), value=event(story(name), identity=name).to_bytes())
        for name in names
    ]
    records += [Record(topic=TOPIC, key=b"junk", value=b"junk %d" % n) for n in range(5)]
    chance.shuffle(records)
    place.database.failures = failures(chance)
    await asyncio.to_thread(place.admin.append, records)

    for seconds in (0.4, 0.8):
        async with working(place, chance):
            await asyncio.sleep(seconds)  # anywhere in its work
    place.database.failures = failures(chance)
    async with working(place, chance), asyncio.timeout(240):
        while (await place.account()).waiting:
            await asyncio.sleep(0.2)

    account = await place.account()
    assert [each.name for each in account.missing] == []
    assert account.dead >= 7
    async with place.database.read() as transaction:
        found = {each.source_id for each in await campaigns.recent(transaction, limit=100_000)}
    assert {name for name in names if name.split("-")[0] in {"good", "fine", "well"}} <= found
    assert not found & {f"refused-{run}", f"defect-{run}"}
