"""What was done is in the audit and on its way to the log, or in neither."""

from __future__ import annotations

from services.database import audit, outbox
from services.database.engine import Database
from services.database.record import Act, record, record_all
from services.events.outgoing import PostDeleted
from services.events.statement import Statement, state
from tests.builders import NOW


def deleted(post_id: str) -> Statement:
    event = PostDeleted(post_id=post_id, campaign_id="c", network="x", deleted_at=NOW)
    return state(event, at=NOW)


async def test_an_act_is_one_line_and_the_events_that_tell_of_it(database: Database) -> None:
    """The detail is in the audit alone; an act may have no event, or several."""
    async with database.write() as transaction:
        told = [deleted("p1"), deleted("p2")]
        await record(transaction, "post.deleted", "p1", *told, actor="publisher", now=NOW, tries=2)
        await record(transaction, "person.signed_out", "p1", actor="anna", now=NOW)
    async with database.read() as transaction:
        first, second = await audit.of(transaction, "p1")
        rows = await outbox.oldest(transaction, 10)
    assert (first.actor, first.action, first.detail) == ("publisher", "post.deleted", {"tries": 2})
    assert (second.at, second.actor, second.detail) == (NOW, "anna", {})
    assert [row.key for row in rows] == ["p1", "p2"]


async def test_many_acts_keep_their_order(database: Database) -> None:
    """In the audit and among the events; none at all write nothing."""
    acts = [Act("post.deleted", "one", [deleted(name)], {"name": name}) for name in "bac"]
    async with database.write() as transaction:
        await record_all(transaction, [], actor="publisher", now=NOW)
        await record_all(transaction, acts, actor="publisher", now=NOW)
    async with database.read() as transaction:
        entries = await audit.of(transaction, "one")
        rows = await outbox.oldest(transaction, 10)
    assert [entry.detail["name"] for entry in entries] == ["b", "a", "c"]
    assert [row.key for row in rows] == ["b", "a", "c"]
