"""What is kept for a time only is forgotten after it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from services.database import audit
from services.database.audit import Entry
from services.database.engine import Database
from services.database.schema import clicks as kept
from services.database.transaction import Transaction
from services.figures.store import click_cells
from services.people.sign_in import (
    ASKS_OF_ADDRESS,
    LIFETIME,
    SESSION,
    TRIES_OF_CLIENT,
    begin_session,
    make_link,
    whose_link,
    whose_session,
)
from services.people.store import access, people
from services.privacy.forget import forget_what_is_old
from tests.builders import NOW, ambassador, organise
from tests.projections import add_clicks, judged_click


async def _forget(transaction: Transaction, *, keep_audit: timedelta | None = None) -> None:
    hours = timedelta(hours=48)
    await forget_what_is_old(
        transaction,
        now=NOW,
        keep_clicks=timedelta(days=7),
        keep_measurements=hours,
        keep_audit=keep_audit,
    )


async def test_links_that_ran_out_go(database: Database) -> None:
    """A sign-in link is deleted once its time is over, and not before."""
    anna = ambassador(1)
    async with database.write() as transaction:
        await organise(transaction, [anna], [])
        made = [NOW - LIFETIME - timedelta(seconds=1), NOW - timedelta(hours=1)]
        old, fresh = [
            (await make_link(transaction, anna.id, base_url="", now=each)).rpartition("/")[2]
            for each in made
        ]
        await _forget(transaction)
        assert await whose_link(transaction, old, now=made[0]) is None
        assert await whose_link(transaction, fresh, now=NOW) == await people.person(
            transaction, anna.id
        )


async def test_sessions_that_ran_out_go(database: Database) -> None:
    """A session is deleted once its time is over, and not before."""
    anna = ambassador(1)
    async with database.write() as transaction:
        await organise(transaction, [anna], [])
        made = [NOW - SESSION - timedelta(seconds=1), NOW - SESSION + timedelta(seconds=1)]
        old, fresh = [await begin_session(transaction, anna.id, now=each) for each in made]
        await _forget(transaction)
        assert await whose_session(transaction, old, now=made[0]) is None
        assert await whose_session(transaction, fresh, now=NOW) is not None


async def test_tries_to_sign_in_go(database: Database) -> None:
    """How often links were asked for is known for two hours, which is longer than any limit."""
    async with database.write() as transaction:
        for number, age in enumerate((timedelta(hours=2, seconds=1), timedelta(hours=1))):
            await access.count_try(transaction, str(number), bucket_at=NOW - age)
        await _forget(transaction)
        assert await access.counted_tries(transaction, ["0", "1"]) == {"1": 1}
    assert max(ASKS_OF_ADDRESS.window, TRIES_OF_CLIENT.window) < timedelta(hours=2)


async def test_single_clicks_go_and_their_counts_stay(database: Database) -> None:
    """After a week nothing is kept of a click but its count; a younger one can still be doubled."""
    moments = [NOW - timedelta(days=7, seconds=1), NOW - timedelta(days=6)]
    async with database.write() as transaction:
        clicks = [judged_click(number, clicked_at=each) for number, each in enumerate(moments)]
        await add_clicks(transaction, clicks)
        await _forget(transaction)
        assert (await transaction.scalars(sa.select(kept.c.id))).all() == ["1"]
        assert await click_cells.by_class(transaction) == {"human": 2}


async def test_the_audit_is_deleted_after_its_set_time(database: Database) -> None:
    """Kept for ever by default; with a time set, what is older goes."""
    moments = [NOW - timedelta(days=731), NOW - timedelta(days=729)]
    async with database.write() as transaction:
        await audit.add(
            transaction,
            [Entry(at=each, actor="a", action="word.added", subject="s") for each in moments],
        )
        await _forget(transaction)
        assert len(await audit.of(transaction, "s")) == 2
        await _forget(transaction, keep_audit=timedelta(days=730))
        assert [entry.at for entry in await audit.of(transaction, "s")] == moments[1:]
