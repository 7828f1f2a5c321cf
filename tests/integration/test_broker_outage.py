"""A broker that fails and comes back: what writes to it writes again, and what is asked to stop ends.

The broker is these tests' own; the one that others share is left alone.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from services.database import outbox
from services.database.engine import Database
from services.errors import RetryLater
from services.events.outgoing import LinkClicked
from services.events.statement import Statement, state
from services.ports import Record
from streams.logs.kafka.admin import KafkaAdmin
from streams.logs.kafka.connection import Broker
from streams.logs.kafka.event_log import KafkaEventLog
from streams.logs.topics import topic_specs
from streams.process.outbox_relay import OutboxRelay
from streams.serving.click_writer import ClickWriter
from tests.builders import NOW
from tests.e2e.zwaan_process import Running, running, zwaan
from tests.migrated import open_migrated
from tests.servers.kafka import Kafka
from tests.servers.process import free_port

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

#: Seconds in which everything writes once the broker is back, and in which a process ends.
_WRITES_AGAIN = 20.0
_ENDS = 30.0

_TOPIC = "post.approved"
_PEOPLE = 4


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    kafka = Kafka(folder=tmp_path_factory.mktemp("kafka"), port=free_port())
    kafka.start()
    yield kafka
    kafka.stop()


class _Steady:
    """Appends three numbers at a time under one key, again and again until they arrive."""

    def __init__(self, key: bytes, append: Callable[[list[Record]], Awaitable[object]]) -> None:
        self.key = key
        self.next = 0
        self.failures: list[str] = []
        self.longest = 0.0
        self._append = append

    async def run(self) -> None:
        while True:
            records = [
                Record(topic=_TOPIC, key=self.key, value=b"%d" % number)
                for number in range(self.next, self.next + 3)
            ]
            started = time.monotonic()
            try:
                await self._append(records)
            except RetryLater as away:
                self.failures.append(str(away))
            else:
                self.next += 3
            self.longest = max(self.longest, time.monotonic() - started)
            await asyncio.sleep(0.05)


async def test_everything_writes_again_by_itself(broker: Kafka, tmp_path: Path) -> None:
    """Killed and started again, a broker has all writers back within 20 s, and all they wrote in order."""
    url = f"kafka://{broker.address}"
    admin, log = KafkaAdmin(Broker.at(url)), KafkaEventLog(Broker.at(url))
    await asyncio.to_thread(admin.ensure_topics, topic_specs())
    database = await open_migrated(tmp_path / "zwaan.db")
    relay = OutboxRelay(database=database, log=log)
    clicks = ClickWriter(log=log, journal=tmp_path / "clicks.journal")
    pages = [_Steady(b"page-%d" % number, log.append) for number in range(_PEOPLE)]
    blocking = _Steady(b"blocking", lambda records: asyncio.to_thread(admin.append, records))
    writers = [*pages, blocking]
    tasks = [asyncio.create_task(each.run()) for each in writers]
    tasks += [asyncio.create_task(clicks.run()), asyncio.create_task(relay.run())]

    await _until(lambda: all(each.next for each in writers))
    await _keep(clicks, 0)
    broker.kill()
    await _until(lambda: all(len(each.failures) > 1 for each in writers), limit=60)
    for number in range(1, 20):
        await _keep(clicks, number)
    assert _journal(tmp_path)
    async with database.write() as transaction:
        await outbox.add(transaction, [_click(number) for number in range(20, 40)])
    before = [each.next for each in writers]

    await asyncio.to_thread(broker.start)
    async with asyncio.timeout(_WRITES_AGAIN):
        await _until(
            lambda: all(each.next > then for each, then in zip(writers, before, strict=True))
        )
        await _until(lambda: not _journal(tmp_path))
        while await _outbox_size(database):
            await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await log.close()
    await database.close()

    assert all(broker.address in each.failures[-1] for each in writers)
    assert max(each.longest for each in pages) < 11
    with suppress(RetryLater):  # the call that notices that there was an outage
        await asyncio.to_thread(admin.topics)
    written = await asyncio.to_thread(_by_key, admin, _TOPIC)
    for each in writers:
        numbers = list(dict.fromkeys(written[each.key]))  # where each was written first
        assert numbers == sorted(numbers)
        assert numbers[: each.next] == list(range(each.next))
    assert await asyncio.to_thread(_clicks_written, admin) == {
        _click(n).event.id for n in range(40)
    }
    admin.close()


@pytest.mark.parametrize("failure", ["killed", "frozen"])
def test_processes_stop_during_an_outage(broker: Kafka, tmp_path: Path, failure: str) -> None:
    """Pages and worker end in order within 30 s, whether the broker is gone or says nothing more."""
    settings = {
        "ZWAAN_BROKER": f"kafka://{broker.address}",
        "ZWAAN_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/zwaan.db",
        "ZWAAN_CONSUMER_GROUP": f"stop-{failure}",
    }
    with ExitStack() as stack:
        worker, web = (
            stack.enter_context(running(name, data=tmp_path / name, port=free_port(), **settings))
            for name in ("worker", "web")
        )
        for each in (worker, web):
            each.wait_for(each.is_ready)
        # Until the broker fails, so that offsets wait to be committed when it does.
        for number in range(30):
            assert _publish(web, number) == requests.codes.accepted
        stack.callback(broker.start if failure == "killed" else broker.thaw)
        (broker.kill if failure == "killed" else broker.freeze)()
        refused = zwaan("publish", "-", data=tmp_path / "cli", stdin=_event(99), **settings)
        web.wait_for(lambda: _publish(web, 99) == requests.codes.service_unavailable)
        started = time.monotonic()
        for each in (worker, web):
            each.process.terminate()
        codes = [each.process.wait(_ENDS - time.monotonic() + started) for each in (worker, web)]

    assert codes == [0, 0]
    assert "Traceback" not in web.log.read_text()
    assert refused.returncode == 3, refused.stderr
    back = zwaan("publish", "-", data=tmp_path / "cli", stdin=_event(99), **settings)
    assert back.returncode == 0, back.stderr


async def _until(condition: Callable[[], object], *, limit: float = 30.0) -> None:
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.05)


async def _outbox_size(database: Database) -> int:
    async with database.read() as transaction:
        return await outbox.size(transaction)


def _click(number: int) -> Statement:
    data = LinkClicked(
        code="abc", visitor="0" * 16, method="GET", user_agent="Mozilla", clicked_at=NOW
    )
    return state(data, at=NOW, cause=str(number))


def _keep(clicks: ClickWriter, number: int) -> Awaitable[None]:
    told = _click(number)
    return clicks.record(told.key, json.dumps(told.event.as_dict()))


def _journal(folder: Path) -> list[Path]:
    """Files with clicks that are not in the log yet."""
    return [each for each in folder.glob("clicks.journal*") if each.suffix != ".lock"]


def _values(admin: KafkaAdmin, topic: str) -> Iterator[tuple[bytes, bytes]]:
    for partition in admin.end_offsets(topic):
        for record in admin.read(topic, partition, 0, 100_000):
            yield record.key or b"", record.value or b""


def _by_key(admin: KafkaAdmin, topic: str) -> dict[bytes, list[int]]:
    written: dict[bytes, list[int]] = defaultdict(list)
    for key, value in _values(admin, topic):
        written[key].append(int(value))
    return written


def _clicks_written(admin: KafkaAdmin) -> set[str]:
    read = [json.loads(value) for _, value in _values(admin, "link.clicked")]
    return {click["id"] for each in read for click in (each if isinstance(each, list) else [each])}


def _event(number: int) -> bytes:
    event = {
        "specversion": "1.0",
        "id": str(number),
        "source": "/cms",
        "type": "story.approved",
        "data": {
            "story_id": f"story-{number}",
            "language": "en",
            "title": "The pump that never slept",
            "body": "For a year one pump ran day and night. Last week we let it rest.",
        },
    }
    return json.dumps(event).encode()


def _publish(web: Running, number: int) -> int | None:
    """The status that the event API answers with; None when it does not in time."""
    with suppress(requests.RequestException):
        return requests.post(
            f"{web.url}/api/v1/events",
            data=_event(number),
            headers={"Content-Type": "application/cloudevents+json"},
            timeout=20,
        ).status_code
    return None
