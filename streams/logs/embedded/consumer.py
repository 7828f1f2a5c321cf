"""The consumer of Faust on the embedded log."""

# ruff: noqa: ARG002, ASYNC109 - the signatures are Faust's

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from faust.types import TP, ConsumerMessage
from mode.utils.times import Seconds

from services.errors import RetryLater, Stop
from services.message import message
from streams.logs.commits import SafeConsumer
from streams.logs.embedded import event_log
from streams.logs.embedded.batch import StoredRecord
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.partition import Partition, Topic
from streams.logs.embedded.producer import create_topic

#: Records of one partition that one fetch takes; Faust's buffers are larger than that.
FETCH_RECORDS = 1_000

#: The same while an assignment settles, whose end is no event.
_SETTLING = 0.01

#: Kafka's constant for "the producer set the time".
_CREATE_TIME = 0


class Consumer(SafeConsumer):
    """Reads all partitions of the subscribed topics; woken by appends, never polling.

    The worker is the group's only member, so that a subscription is an assignment: there is one
    at the start (generation 0) and one more whenever an agent adds a topic later.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._log: EmbeddedLog | None = None
        self._assigned: set[TP] | None = None
        self._positions: dict[TP, int] = {}
        self._wake = asyncio.Event()

    # --- life ---------------------------------------------------------------------------------

    async def on_start(self) -> None:
        """Raises Stop when another process owns the log."""
        await super().on_start()
        self._log = event_log.acquire(str(self.transport.url[0]))
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._wake.set)

        self._forget = self._log.on_append(wake)

    async def on_stop(self) -> None:
        self._wake.set()
        await super().on_stop()

    async def on_shutdown(self) -> None:
        await super().on_shutdown()
        if self._log is not None:
            self._forget()
            event_log.release(self._log)
            self._log = None

    # --- subscription -------------------------------------------------------------------------

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Assign the partitions of ``topics`` to this worker.

        Raises Stop when one does not exist: an agent on it would wait for ever, silently.
        """
        wanted = set(topics)
        missing = sorted(wanted - set(self.log_.topics))
        if missing:
            raise Stop(
                message(
                    "log.no-topic",
                    "the topic {name} does not exist; create it before the worker starts",
                    name=missing[0],
                )
            )
        # Faust waits for this call before it acts on an assignment, so the two cannot be one.
        self.add_future(self._rebalance(wanted))

    async def _rebalance(self, topics: set[str]) -> None:
        before = self._assigned
        assigned = assign(self.app, self.log_.topics, topics)
        if assigned == before:
            return
        self.app.on_rebalance_start()
        if before is not None:
            await self.commit()
            await self.on_partitions_revoked(before)
            self.app.consumer_generation_id += 1
        self._assigned = assigned
        starts = {tp: self._partition(tp).low_water for tp in assigned}
        self._positions = starts
        self.begin(starts)
        await self.on_partitions_assigned(assigned, self.app.consumer_generation_id)

    def assignment(self) -> set[TP]:
        return set(self._assigned or ())

    # --- positions ----------------------------------------------------------------------------

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Continue where the group stopped; a group that is new begins at the first record kept."""
        committed = await asyncio.to_thread(self.log_.committed, self.app.conf.id)
        for tp in self.assignment():
            low_water = self._partition(tp).low_water
            stopped = committed.get((tp.topic, tp.partition), low_water)
            if stopped < low_water:
                self.expired.append((tp.topic, tp.partition, stopped, low_water))
            start = max(stopped, low_water)
            self._positions[tp] = start
        self.begin(self._positions)
        return dict(self._positions)

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        for tp, offset in partitions.items():
            await self.seek(tp, max(0, offset))

    async def seek_to_beginning(self, *partitions: TP) -> None:
        for tp in partitions or self.assignment():
            await self.seek(tp, self._partition(tp).low_water)

    async def _seek(self, partition: TP, offset: int) -> None:
        self._positions[partition] = offset
        self._wake.set()

    async def position(self, tp: TP) -> int | None:
        return self._positions.get(tp)

    def highwater(self, tp: TP) -> int:
        return self._partition(tp).end

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        return {tp: self.highwater(tp) for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        return {tp: self._partition(tp).low_water for tp in partitions}

    def topic_partitions(self, topic: str) -> int | None:
        known = self.log_.topics.get(topic)
        return len(known.partitions) if known else None

    def key_partition(
        self, topic: str, key: bytes | None, partition: int | None = None
    ) -> int | None:
        return self.log_.place(topic, key, partition).number

    # --- fetching -----------------------------------------------------------------------------

    def on_buffer_drop(self, tp: TP) -> None:
        super().on_buffer_drop(tp)
        self._wake.set()

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        super().resume_partitions(tps)
        self._wake.set()

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """What one fetch brings, in turn between topics and partitions.

        A position moves when its record is handed out, so that a partition that is paused, sought
        or revoked in the meantime neither loses a record nor skips one.
        """
        generation = self.app.consumer_generation_id
        records, active = await self._wait_next_records(timeout)
        for tp, record in self.scheduler.iterate(records):
            if not self.flow_active or generation != self.app.consumer_generation_id:
                return
            if not self._may_flow(tp):
                continue
            if record.offset == self._positions.get(tp) and (
                tp in active or tp in self._buffered_partitions
            ):
                self._positions[tp] = record.offset + 1
                yield tp, self._to_message(tp, record)

    async def _wait_next_records(
        self, timeout: float
    ) -> tuple[Mapping[TP, list[StoredRecord]], set[TP]]:
        # Faust's own sleeps a whole second when every buffer is full, however soon they drain.
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        active = self._get_active_partitions()
        return await self._getmany(active, timeout), active

    async def _getmany(
        self, active_partitions: set[TP] | None, timeout: float
    ) -> Mapping[TP, list[StoredRecord]]:
        tps = self._assigned if active_partitions is None else active_partitions
        while not self.should_stop:
            self._wake.clear()
            records = await self._fetch({tp for tp in tps or () if self._may_flow(tp)})
            if records:
                return records
            try:
                async with asyncio.timeout(_SETTLING if self.app.rebalancing else timeout):
                    await self._wake.wait()
            except TimeoutError:
                break
        return {}

    def _may_flow(self, tp: TP) -> bool:
        # While an assignment settles, Faust lets streams flow for a moment, seeks, and then empties
        # their buffers: what came in meanwhile would be processed twice, or not until a restart.
        return not self.app.rebalancing or self._is_changelog_tp(tp)

    async def _fetch(self, tps: set[TP]) -> dict[TP, list[StoredRecord]]:
        log = self.log_
        fetched: dict[TP, list[StoredRecord]] = {}
        for tp in tps:
            partition = self._partition(tp)
            position = self._positions[tp]
            if position >= partition.end:
                continue
            records = log.recent(partition, position, FETCH_RECORDS)
            if records is None:
                records = await asyncio.to_thread(log.read, partition, position, FETCH_RECORDS)
            if records and self._positions.get(tp) == position:
                fetched[tp] = records
                # Retention may have taken what was to be read next.
                self._positions[tp] = records[0].offset
                self.app.monitor.track_tp_end_offset(tp, partition.end)
        return fetched

    def _to_message(self, tp: TP, record: StoredRecord) -> ConsumerMessage:
        offset, timestamp, key, value, headers = record
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            offset,
            timestamp / 1000.0,
            _CREATE_TIME,
            headers,
            key,
            value,
            None,
            None,
            None,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def _is_hole(self, tp: TP) -> bool:
        return True  # of retention's making: `getmany` hands out nothing else out of turn

    # --- committing ---------------------------------------------------------------------------

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        # Faust has flushed the producer before it calls this.
        failure = self.app.producer.failure
        if failure is not None:
            # The worker restarts and the events come again, rather than being acknowledged with
            # their effects lost.
            await self.crash(failure)
            return False
        try:
            await self.log_.commit(
                self.app.conf.id, {(tp.topic, tp.partition): at for tp, at in offsets.items()}
            )
        except RetryLater as error:
            self.log.warning("The next commit will make up for this one: %s", error)
            return False
        return True

    # --- the rest of Faust's interface --------------------------------------------------------

    async def create_topic(
        self,
        topic: str,
        partitions: int,
        replication: int,
        *,
        config: Mapping[str, Any] | None = None,
        timeout: Seconds = 30.0,
        retention: Seconds | None = None,
        compacting: bool | None = None,
        deleting: bool | None = None,
        ensure_created: bool = False,
    ) -> None:
        await create_topic(self.log_, topic, partitions, config=config, retention=retention)

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    # --- inside -------------------------------------------------------------------------------

    @property
    def log_(self) -> EmbeddedLog:
        """The open log (``log`` is Faust's logger)."""
        if self._log is None:
            raise Stop(
                message(
                    "log.consumer-not-started", "the consumer of the embedded log is not started"
                )
            )
        return self._log

    def _partition(self, tp: TP) -> Partition:
        return self.log_.partition(tp.topic, tp.partition)


# The assignment of a log's partitions: all to the one worker, by Faust's own assignor.
#
# Running the assignor, rather than filling in its answer, keeps everything right that Faust derives
# from it: leadership, tables and their standbys, co-partitioned groups, routing.

_MEMBER = "embedded"


class Cluster:
    """As much of aiokafka's ``ClusterMetadata`` as Faust's assignor asks for."""

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self._topics = topics

    def partitions_for_topic(self, topic: str) -> set[int]:
        known = self._topics.get(topic)
        return {partition.number for partition in known.partitions} if known else set()


def assign(app: Any, topics: Mapping[str, Topic], subscribed: set[str]) -> set[TP]:
    """Let the app's assignor assign, tell it the outcome, and return the partitions."""
    assignor = app.assignor
    assignments = assignor.assign(Cluster(topics), {_MEMBER: assignor.metadata(subscribed)})
    assignment = assignments[_MEMBER]
    assignor.on_assignment(assignment)
    return {
        TP(topic, partition)
        for topic, partitions in assignment.assignment
        for partition in partitions
    }
