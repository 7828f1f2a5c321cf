"""One policy for what may go wrong: handled, kept as a dead letter, or tried until it works."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from services.campaigns.store import campaigns
from services.database import dead_letters, outbox
from services.database.dead_letters import DeadLetter
from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import Rejected, RetryLater, Stop
from services.events.outgoing import CampaignFinished
from services.events.statement import Fact, Statement, state
from services.message import said
from streams.process.processor import Processor, ProcessorRunner, Progress, SourceRecord
from tests.builders import NOW, campaign, event, story

TOPIC = "story.approved"


class Handler:
    """Stores a campaign for each story and states an event.

    By story: ``faults`` are raised one after the other, ``fault`` for ever.
    """

    def __init__(self) -> None:
        self.faults: dict[str, list[Exception]] = {}
        self.fault: dict[str, Exception] = {}
        self.calls: list[list[str]] = []

    async def __call__(
        self, transaction: Transaction, facts: Sequence[Fact[Any]], now: datetime
    ) -> list[Statement]:
        names = [fact.data.story_id for fact in facts]
        self.calls.append(names)
        statements = []
        for fact in facts:
            await campaigns.add(transaction, campaign(fact.data))
            name = fact.data.story_id
            if self.faults.get(name):
                raise self.faults[name].pop(0)
            if name in self.fault:
                raise self.fault[name]
            done = CampaignFinished(campaign_id=fact.data.story_id, cancelled=0, finished_at=now)
            statements.append(state(done, at=now))
        return statements


class Bench:
    """A runner on a real database, with what it left there."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.handler = Handler()
        self.progress = Progress()
        self.runner = ProcessorRunner(
            Processor(name="p", topic=TOPIC, handle=self.handler),
            database=database,
            clock=lambda: NOW,
            progress=self.progress,
        )
        self._offset = 0

    def record(self, value: bytes, *, offset: int | None = None) -> SourceRecord:
        self._offset += 1
        place = self._offset if offset is None else offset
        return SourceRecord(topic=TOPIC, partition=0, offset=place, key=b"k", value=value)

    async def run(self, *values: bytes) -> None:
        await asyncio.wait_for(self.runner.run([self.record(value) for value in values]), 60)

    async def stored(self) -> set[str]:
        """Stories with a campaign; each has its event in the outbox."""
        async with self.database.read() as transaction:
            found = {each.source_id for each in await campaigns.recent(transaction, limit=10_000)}
            rows = await outbox.oldest(transaction, 10_000)
        assert sorted(row.key for row in rows) == sorted(found), "state and events differ"
        return found

    async def letters(self) -> list[DeadLetter]:
        async with self.database.read() as transaction:
            return await dead_letters.waiting(transaction, limit=20_000)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def good(name: str) -> bytes:
    return event(story(name), identity=f"e-{name}").to_bytes()


def batch(*elements: Any) -> bytes:
    return json.dumps(
        [json.loads(each) if isinstance(each, bytes) else each for each in elements]
    ).encode()


async def test_a_record_of_many_events_is_handled_in_parts(bench: Bench) -> None:
    """Where a processor limits its transactions, a fault takes none of the parts before it back,
    and after a redelivery each event still has its effect once."""
    bench.runner = ProcessorRunner(
        Processor(name="p", topic=TOPIC, handle=bench.handler, events=2),
        database=bench.database,
        clock=lambda: NOW,
        progress=bench.progress,
    )
    bench.handler.faults["d"] = [RetryLater(said("away"))]
    record = bench.record(batch(*map(good, "abcde")))
    for _ in range(2):
        await asyncio.wait_for(bench.runner.run([record]), 60)
    assert bench.handler.calls == [["a", "b"], ["c", "d"], ["c", "d"], ["e"]]
    assert await bench.stored() == set("abcde")


async def test_a_batch_is_handled_in_one_transaction(bench: Bench) -> None:
    """Records that arrive together share a call; state, events and memory commit together."""
    await bench.run(good("a"), batch(good("b"), good("c")))
    assert bench.handler.calls == [["a", "b", "c"]]
    assert await bench.stored() == {"a", "b", "c"}


async def test_a_redelivered_event_is_handled_once(bench: Bench) -> None:
    """The same event again, in any record, has no further effect."""
    for _ in range(3):
        await bench.run(good("a"), batch(good("a"), good("b")))
    assert await bench.stored() == {"a", "b"}
    assert bench.handler.calls == [["a", "b"]]


async def test_reused_event_id_becomes_a_dead_letter(bench: Bench) -> None:
    """An event under an id that its source used for something else dies aloud, in any batch;
    the same event again does not."""
    first, other = story("a"), story("b")
    same = event(first, identity="42").to_bytes()
    await bench.run(same, event(other, identity="42").to_bytes())
    await bench.run(same, event(other, identity="42").to_bytes())
    assert await bench.stored() == {"a"}
    letters = await bench.letters()
    assert [letter.offset for letter in letters] == [2, 4]
    assert {str(letter.error) for letter in letters} == {"another event of this source had this id"}


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b"", "empty"),
        (b"\xff\x00", "not UTF-8"),
        (b"{", "not JSON"),
        (b"[]", "the batch is empty"),
        (b"x" * 1_000_001, "the limit is 1,000,000"),
        (
            event(story(), type="vacancy.opened").to_bytes(),
            'type "vacancy.opened" does not belong on',
        ),
        (b'{"a": "\\u0000"}', "NUL"),
    ],
)
async def test_unreadable_record_becomes_a_dead_letter(
    bench: Bench, value: bytes, error: str
) -> None:
    """What cannot be read is kept with its bytes and place, and the others are handled."""
    await bench.run(good("a"), value, good("b"))
    assert await bench.stored() == {"a", "b"}
    (letter,) = await bench.letters()
    assert (letter.value, letter.offset, letter.part, letter.key) == (value, 2, -1, b"k")
    assert error in str(letter.error)
    assert (letter.processor, letter.died_at) == ("p", NOW)


async def test_bad_event_of_a_batch_alone_becomes_a_dead_letter(bench: Bench) -> None:
    """Of a batch only the bad event is kept, with its place; a redelivery keeps it once."""
    record = bench.record(batch(good("a"), {"bad": "\x00"}, good("b")), offset=7)
    for _ in range(2):
        await bench.runner.run([record])
    assert await bench.stored() == {"a", "b"}
    (letter,) = await bench.letters()
    assert (letter.offset, letter.part) == (7, 1)
    assert json.loads(letter.value) == {"bad": "\x00"}


async def test_rejected_event_alone_becomes_a_dead_letter(bench: Bench) -> None:
    """A handler's refusal is final for that event and touches no other."""
    bench.handler.fault["b"] = Rejected(said("the vacancy closed"), remedy=said("Send it again."))
    await bench.run(good("a"), good("b"), good("c"))
    assert await bench.stored() == {"a", "c"}
    (letter,) = await bench.letters()
    assert (str(letter.error), str(letter.remedy)) == ("the vacancy closed", "Send it again.")
    assert letter.value == good("b")
    assert bench.handler.calls.count(["b"]) == 1


async def test_a_defect_is_tried_again_and_then_kept_with_its_traceback(bench: Bench) -> None:
    """An unexpected error is retried a few times; then the event is kept, and the stream goes on."""
    bench.handler.fault["b"] = ZeroDivisionError("division")
    await bench.run(good("a"), good("b"), good("c"))
    assert await bench.stored() == {"a", "c"}
    (letter,) = await bench.letters()
    assert "ZeroDivisionError: division" in str(letter.error)
    assert "test_processor.py" in str(letter.error)
    assert bench.handler.calls.count(["b"]) == 3


async def test_a_defect_that_passes_leaves_no_letter(bench: Bench) -> None:
    """What works at the second try was handled."""
    bench.handler.faults["b"] = [KeyError("x"), KeyError("x"), KeyError("x")]
    await bench.run(good("a"), good("b"))
    assert await bench.stored() == {"a", "b"}
    assert await bench.letters() == []


async def test_an_error_that_quotes_anything_can_be_kept(bench: Bench) -> None:
    """Halves of surrogate pairs and NULs in an error do not keep it from being stored."""
    bench.handler.fault["a"] = Rejected(said("\ud800 and \x00"), remedy=said("\udfff"))
    await bench.run(good("a"))
    (letter,) = await bench.letters()
    assert str(letter.error) == "\\ud800 and \\x00"


async def test_an_absent_dependency_is_waited_for(bench: Bench) -> None:
    """RetryLater waits and tries again until it works; no one else's event is lost meanwhile."""
    bench.handler.faults["b"] = [RetryLater(said("away")), RetryLater(said("away"), after=0)]
    await bench.run(good("a"), good("b"))
    assert await bench.stored() == {"a", "b"}
    assert await bench.letters() == []
    assert str(bench.progress.reason) == ""


async def test_waiting_processor_reports_its_reason(bench: Bench) -> None:
    """A worker that waits is not stalled: its progress has the reason."""
    bench.handler.faults["a"] = [RetryLater(said("the database is away"), after=60)]
    running = asyncio.create_task(bench.run(good("a")))
    async with asyncio.timeout(60):
        while not bench.progress.reason:
            await asyncio.sleep(0.01)
    assert str(bench.progress.reason) == "the database is away"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await bench.run(good("a"))
    assert await bench.stored() == {"a"}


async def test_stop_error_ends_the_worker(bench: Bench) -> None:
    """A process that cannot go on safely does not."""
    bench.handler.faults["a"] = [Stop(said("the disk failed"))]
    with pytest.raises(Stop):
        await bench.run(good("a"))
    assert await bench.stored() == set()


async def test_ten_thousand_random_records_do_not_stop_the_stream(bench: Bench) -> None:
    """Every one is kept as a dead letter with its bytes, and the next good event is handled."""
    chance = random.Random(7)  # noqa: S311 - the same junk at every run
    junk = [chance.randbytes(chance.randint(0, 40)) for _ in range(10_000)]
    for start in range(0, len(junk), 500):
        await bench.run(*junk[start : start + 500])
    await bench.run(good("a"))
    assert await bench.stored() == {"a"}
    letters = await bench.letters()
    assert [letter.value for letter in letters] == junk
