"""What a running worker may rely on."""

from __future__ import annotations

import asyncio
from typing import Any

from faust.contrib.asgi import faust_app_running

from services.ports import EventLog, Record
from tests.contract.log.app import Seen, new_app, raw_topic
from tests.contract.log.conftest import (
    LogUnderTest,
    Witness,
    eventually,
    eventually_in_thread,
    running,
)


async def test_every_record_is_delivered_once_when_nothing_fails(
    log: LogUnderTest, events: EventLog
) -> None:
    """Each appended record is seen exactly once on both hops, byte for byte, with its key."""
    values = [b"%d \xff\x00" % n for n in range(500)]
    witness = Witness()
    async with running(log, witness):
        await events.append(
            [Record(topic=log.topics.inbound, value=v, key=v[:1]) for v in values[:250]]
        )
        for value in values[250:300]:
            await events.append([Record(topic=log.topics.inbound, value=value, key=value[:1])])
        await events.append(
            [Record(topic=log.topics.inbound, value=v, key=v[:1]) for v in values[300:]]
        )
        await eventually(lambda: len(witness.values(log.topics.outbound)) >= len(values))

    assert sorted(witness.values(log.topics.inbound)) == sorted(values)
    assert sorted(witness.values(log.topics.outbound)) == sorted(values)
    assert all(seen.key == seen.value[:1] for seen in witness.seen)


async def test_order_is_kept_per_key(log: LogUnderTest, events: EventLog) -> None:
    """Records of one key are seen in the order in which they were appended, over two hops."""
    keys = [b"ambassador-%d" % n for n in range(10)]
    witness = Witness()
    async with running(log, witness):
        for n in range(40):
            await events.append(
                [Record(topic=log.topics.inbound, value=b"%d" % n, key=key) for key in keys]
            )
        await eventually(lambda: len(witness.values(log.topics.outbound)) == 400)

    for key in keys:
        values = [
            it.value for it in witness.seen if it.key == key and it.topic == log.topics.outbound
        ]
        assert values == [b"%d" % n for n in range(40)]


async def test_a_worker_places_keys_as_services_do(log: LogUnderTest, events: EventLog) -> None:
    """A key lands on the same partition whether Faust or the port sends it."""
    witness = Witness()
    async with running(log, witness):
        await events.append(
            [Record(topic=log.topics.inbound, value=b"x", key=b"key-%d" % n) for n in range(50)]
        )
        await eventually(lambda: len(witness.values(log.topics.outbound)) == 50)

    first = {it.key: it.partition for it in witness.seen if it.topic == log.topics.inbound}
    second = {it.key: it.partition for it in witness.seen if it.topic == log.topics.outbound}
    assert first == second
    assert set(first.values()) == {0, 1, 2}


async def test_poison_goes_to_dead_letters_and_the_stream_goes_on(
    log: LogUnderTest, events: EventLog
) -> None:
    """A record that an agent forwards to the dead letters arrives there as it was; the rest flow."""
    poison = b"poison \xff\x00\xfe"
    witness = Witness()
    async with running(log, witness):
        await events.append(
            [
                Record(topic=log.topics.inbound, value=value, key=b"same", partition=0)
                for value in (b"before", poison, b"after")
            ]
        )
        await eventually(lambda: len(witness.values(log.topics.outbound)) == 2)
        await eventually_in_thread(lambda: bool(log.admin.read(log.topics.dead, 0, 0, 10)))

    assert witness.values(log.topics.outbound) == [b"before", b"after"]
    (dead,) = log.admin.read(log.topics.dead, 0, 0, 10)
    assert (dead.key, dead.value) == (b"same", poison)


async def test_lag_falls_to_zero(log: LogUnderTest, events: EventLog) -> None:
    """Lag counts what waits while no worker runs, and is zero once it is processed."""
    await events.append([Record(topic=log.topics.inbound, value=b"x")] * 30)
    assert await asyncio.to_thread(log.total_lag) == 30

    witness = Witness()
    async with running(log, witness):
        await eventually(lambda: len(witness.values(log.topics.outbound)) == 30)
        await eventually_in_thread(lambda: log.total_lag() == 0)


async def test_the_only_worker_leads(log: LogUnderTest) -> None:
    """A task for the leader runs in a worker that is alone."""
    witness = Witness()
    async with running(log, witness) as app:
        await eventually(lambda: witness.ticks >= 3)
        assert app.is_leader()


async def test_a_batch_is_committed_as_a_whole(log: LogUnderTest, events: EventLog) -> None:
    """Events that an agent takes in batches are all committed, once the batch is done."""
    sizes: list[int] = []
    app = new_app(broker=log.broker, group=log.group, folder=log.folder)

    @app.agent(raw_topic(app, log.topics.inbound))
    async def batches(stream: Any) -> None:
        async for batch in stream.take_events(50, within=0.1):
            sizes.append(len(batch))  # noqa: PERF401 - committed one by one

    async with faust_app_running(app):
        await events.append([Record(topic=log.topics.inbound, value=b"x")] * 230)
        await eventually(lambda: sum(sizes) == 230)
        await eventually_in_thread(lambda: log.total_lag() == 0)
    assert max(sizes) == 50


async def test_more_than_the_buffers_hold_is_delivered(log: LogUnderTest, events: EventLog) -> None:
    """A slow agent holds the flow back; nothing is dropped and nothing is lost when it catches up."""
    witness = Witness()
    gate = asyncio.Event()

    async def watch(seen: Seen) -> None:
        await gate.wait()
        await witness.watch(seen)

    total = 3_000
    for start in range(0, total, 1_000):
        await events.append(
            [Record(topic=log.topics.inbound, value=b"%d" % n) for n in range(start, start + 1_000)]
        )
    async with running(log, witness, watch=watch, stream_buffer_maxsize=512) as app:
        await eventually(lambda: sum(app.monitor.topic_buffer_full.values()) > 0)
        gate.set()
        await eventually(lambda: len(witness.values(log.topics.inbound)) >= total, limit=60)

    values = witness.values(log.topics.inbound)
    assert len(values) == total
    assert len(set(values)) == total


async def test_an_append_that_is_given_up_takes_no_other_with_it(
    log: LogUnderTest, events: EventLog
) -> None:
    """Of appends at the same time one may be cancelled at any moment; the others arrive."""
    for moment in range(5):
        appends = [
            asyncio.create_task(
                events.append([Record(topic=log.topics.inbound, value=b"%d %d" % (moment, n))])
            )
            for n in range(8)
        ]
        for _ in range(moment):
            await asyncio.sleep(0)
        appends[0].cancel()
        await asyncio.gather(*appends[1:])

    def arrived() -> set[bytes | None]:
        found = [log.admin.read(log.topics.inbound, number, 0, 100) for number in range(3)]
        return {record.value for records in found for record in records}

    wanted = {b"%d %d" % (moment, n) for moment in range(5) for n in range(1, 8)}
    assert wanted <= await asyncio.to_thread(arrived)


def test_a_log_serves_one_event_loop_after_the_other(log: LogUnderTest) -> None:
    """What a log appended in an event loop that ended does not keep it from the next."""
    events = log.open_event_log()
    for _ in range(3):
        asyncio.run(events.append([Record(topic=log.topics.inbound, value=b"x")]))
    asyncio.run(events.close())

    assert sum(log.admin.end_offsets(log.topics.inbound).values()) == 3
