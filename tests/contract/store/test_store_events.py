"""Outbox, inbox and dead letters: what commits with the state."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from services.database import dead_letters, inbox, outbox
from services.database.dead_letters import DeadLetter
from services.database.engine import Database
from services.events.outgoing import CampaignFinished, PostDeclined
from services.events.statement import Statement, state
from services.message import message, said
from services.people.store import people
from services.people.store.people import Person
from tests.builders import NOW, event, story
from tests.contract.store.conftest import Store

PERSON = Person(
    id="p1", email="p@example.org", name="Anna", language="nl", roles=frozenset({"marketing"})
)


def _statement(rank: int) -> Statement:
    declined = PostDeclined(
        post_id=f"p{rank}", campaign_id="c", reason="é \n\U0001f984", declined_at=NOW
    )
    return state(declined, at=NOW)


LETTER = DeadLetter(
    processor="count-clicks",
    topic="link.clicked",
    partition=3,
    offset=2**40,
    part=-1,
    key=b"\x00\xff",
    value=b"\xfe\x00not UTF-8",
    error=message("event.not-utf8", "the event is not UTF-8 (byte {place})", place=0),
    remedy=message("do.encode-utf8", "Encode it as UTF-8."),
    died_at=NOW,
)


async def test_state_and_outbox_commit_together(database: Database) -> None:
    """An event is in the outbox exactly when the state that it states is stored."""
    async with database.write() as transaction:
        await people.save_person(transaction, PERSON, now=NOW)
        await outbox.add(transaction, [_statement(1)])

    async def fail() -> None:
        async with database.write() as transaction:
            await people.save_person(transaction, replace(PERSON, name="Berta"), now=NOW)
            await outbox.add(transaction, [_statement(2)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.read() as transaction:
        assert [row.key for row in await outbox.oldest(transaction, 10)] == ["p1"]
        assert await people.person(transaction, "p1") == PERSON


async def test_the_outbox_keeps_order_and_content(database: Database) -> None:
    """Events come back in the order in which they were added, as they were, oldest first."""
    other = state(CampaignFinished(campaign_id="c", cancelled=0, finished_at=NOW), at=NOW)
    stated = [*map(_statement, range(5)), other, *map(_statement, range(5, 8))]
    async with database.write() as transaction:
        await outbox.add(transaction, stated)
        await outbox.add(transaction, [_statement(8)])
        await outbox.add(transaction, [])
    async with database.read() as transaction:
        assert await outbox.size(transaction) == 10
        rows = await outbox.oldest(transaction, 3)
        assert len(await outbox.oldest(transaction, 4)) == 10
    assert [(row.topic, row.key) for row in rows] == [(one.event.type, one.key) for one in stated]
    assert [json.loads(row.event) for row in rows] == [one.event.as_dict() for one in stated]
    assert len({row.id for row in rows}) == 3, "what was stated together is a row"


async def test_what_is_removed_from_the_outbox_is_gone_alone(database: Database) -> None:
    """Rows are removed by id, and an id is never given again."""
    async with database.write() as transaction:
        for rank in range(4):
            await outbox.add(transaction, [_statement(rank)])
        rows = await outbox.oldest(transaction, 4)
        await outbox.remove(transaction, [rows[1].id, rows[3].id])
        await outbox.remove(transaction, [])
        await outbox.add(transaction, [_statement(9)])
    async with database.read() as transaction:
        left = await outbox.oldest(transaction, 10)
    assert [row.key for row in left] == ["p0", "p2", "p9"]
    assert left[-1].id > rows[-1].id


async def test_five_thousand_events_fit_in_one_transaction(database: Database) -> None:
    """A large campaign's drafts are stated, read and removed at once."""
    async with database.write() as transaction:
        await outbox.add(transaction, [_statement(rank) for rank in range(5_000)])
        rows = await outbox.oldest(transaction, 5_000)
        assert [row.key for row in rows] == [f"p{rank}" for rank in range(5_000)]
        await outbox.remove(transaction, [row.id for row in rows])
        assert await outbox.size(transaction) == 0


async def test_a_processor_takes_each_event_once(database: Database) -> None:
    """An event is new to each processor once, in the order given; a double in a batch counts once."""
    events = [event(story(), identity=name) for name in ("c", "a", "b", "a")]
    async with database.write() as transaction:
        first = await inbox.take(transaction, "p", events, now=NOW)
        assert [each.id for each in first] == ["c", "a", "b"]
    async with database.write() as transaction:
        assert await inbox.take(transaction, "p", events, now=NOW) == []
        assert len(await inbox.take(transaction, "another", events, now=NOW)) == 3
        assert await inbox.take(transaction, "p", [], now=NOW) == []


async def test_the_same_id_from_another_source_is_another_event(database: Database) -> None:
    """CloudEvents are identified by source and id together."""
    one, other = event(story()), event(story(), source="/ats")
    async with database.write() as transaction:
        assert await inbox.take(transaction, "p", [one, other], now=NOW) == [one, other]


async def test_an_event_of_a_transaction_that_failed_is_new_again(database: Database) -> None:
    """What was rolled back was not handled."""

    async def fail() -> None:
        async with database.write() as transaction:
            await inbox.take(transaction, "p", [event(story())], now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with database.write() as transaction:
        assert len(await inbox.take(transaction, "p", [event(story())], now=NOW)) == 1


async def test_two_workers_never_take_the_same_event(store: Store) -> None:
    """Workers that hold the same events at the same time share them out, without a double."""
    events = [event(story(), identity=str(number)) for number in range(40)]
    async with store.open() as one, store.open() as other:

        async def work(database: Database, batch: int) -> list[str]:
            taken = []
            for start in range(0, 40, batch):
                async with database.write() as transaction:
                    part = events[start : start + batch]
                    fresh = await inbox.take(transaction, "p", part, now=NOW)
                    await asyncio.sleep(0)
                taken += [each.id for each in fresh]
            return taken

        taken = await asyncio.gather(work(one, 7), work(other, 5))
    assert sorted(taken[0] + taken[1]) == sorted(each.id for each in events)


async def test_five_thousand_events_are_taken_at_once(database: Database) -> None:
    """A batch of clicks fits into one statement or several; no one notices."""
    events = [event(story(), identity=str(number)) for number in range(5_000)]
    async with database.write() as transaction:
        taken = await inbox.take(transaction, "p", events, now=NOW)
        assert [each.id for each in taken] == [each.id for each in events]
        assert await inbox.take(transaction, "p", events, now=NOW) == []


async def test_the_inbox_forgets_on_request(database: Database) -> None:
    """Old memories go by time, and all of one processor go before a rebuild."""
    async with database.write() as transaction:
        await inbox.take(transaction, "p", [event(story(), "old")], now=NOW - timedelta(days=9))
        await inbox.take(transaction, "p", [event(story(), "new")], now=NOW)
        await inbox.take(transaction, "q", [event(story(), "new")], now=NOW)
        await inbox.forget_before(transaction, NOW - timedelta(days=1))
        both = [event(story(), "old"), event(story(), "new")]
        assert [each.id for each in await inbox.take(transaction, "p", both, now=NOW)] == ["old"]
        await inbox.forget(transaction, "p")
        assert len(await inbox.take(transaction, "p", both, now=NOW)) == 2
        assert await inbox.take(transaction, "q", [event(story(), "new")], now=NOW) == []


async def test_a_dead_letter_keeps_the_original_bytes(database: Database) -> None:
    """Any key and value come back byte for byte."""
    async with database.write() as transaction:
        await dead_letters.add(
            transaction, [LETTER, replace(LETTER, offset=LETTER.offset + 1, key=None, value=b"")]
        )
    async with database.read() as transaction:
        first, second = await dead_letters.waiting(transaction)
        assert replace(first, id=None) == LETTER
        assert (second.key, second.value) == (None, b"")
        assert first.id is not None
        assert await dead_letters.get(transaction, first.id) == first
        assert await dead_letters.get(transaction, 999) is None


async def test_many_dead_letters_keep_their_original_bytes(database: Database) -> None:
    """Also of a whole batch, which goes to PostgreSQL as one value."""
    values = [*(bytes([number, 92, 34]) for number in range(256)), b"", b'{"a": "\\u00e9"}']
    letters = [
        replace(LETTER, offset=number, value=value, key=None if number % 2 else value)
        for number, value in enumerate(values)
    ]
    async with database.write() as transaction:
        await dead_letters.add(transaction, letters)
    async with database.read() as transaction:
        found = await dead_letters.waiting(transaction, limit=len(letters))
        assert [replace(letter, id=None) for letter in found] == letters


async def test_a_redelivered_record_leaves_one_dead_letter(database: Database) -> None:
    """A letter is unique by processor, topic, partition, offset and part."""
    others = [
        replace(LETTER, processor="another"),
        replace(LETTER, topic="another"),
        replace(LETTER, partition=4),
        replace(LETTER, offset=5),
        replace(LETTER, part=0),
    ]
    async with database.write() as transaction:
        await dead_letters.add(transaction, [LETTER, *others])
        await dead_letters.add(transaction, [replace(LETTER, error=said("again")), *others])
        assert await dead_letters.count(transaction) == 6
        assert (await dead_letters.waiting(transaction))[0].error == LETTER.error


async def test_a_replayed_letter_waits_no_more(database: Database) -> None:
    """Replaying takes a letter off the list and the count, and keeps it to be seen."""
    async with database.write() as transaction:
        await dead_letters.add(transaction, [replace(LETTER, offset=place) for place in range(3)])
        first = (await dead_letters.waiting(transaction))[0]
        assert first.id is not None
        await dead_letters.mark_replayed(transaction, first.id, now=NOW)
        assert await dead_letters.count(transaction) == 2
        assert [each.offset for each in await dead_letters.waiting(transaction)] == [1, 2]
        everything = await dead_letters.waiting(transaction, replayed=True, limit=2)
        assert [(each.offset, each.replayed_at) for each in everything] == [(0, NOW), (1, None)]
