"""Posts that are wanted off their network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.database.engine import Database
from services.message import said
from services.post import PostState
from services.posts.rules.deletion import Deletion
from services.posts.store import deletions, posts
from services.privacy import store
from tests.builders import NOW, ambassador, campaign, organise, story

PEOPLE = [ambassador(1), ambassador(2)]


async def asked(database: Database) -> list[Deletion]:
    """Two people with two published posts each, wanted off a minute after one another."""
    about = [campaign(story(f"s-{number}")) for number in range(2)]
    async with database.write() as transaction:
        drafts = await organise(transaction, PEOPLE, about)
        wanted = []
        for number, draft in enumerate(sorted(drafts, key=lambda each: each.ambassador_id)):
            await posts.move(
                transaction,
                draft.id,
                before=PostState.READY,
                after=PostState.PUBLISHED,
                external_id=f"urn:{number}",
            )
            at = NOW + timedelta(minutes=number)
            wanted.append(Deletion(post_id=draft.id, asked_at=NOW, due_at=at))
            await deletions.ask(transaction, wanted[-1])
    return wanted


async def test_what_is_due_comes_in_its_order(database: Database) -> None:
    """The longest due first, of one account where one is named; with what a call needs."""
    wanted = await asked(database)
    async with database.read() as transaction:
        now = NOW + timedelta(minutes=2)
        due = await deletions.due(transaction, now=now, limit=9)
        assert [each.deletion for each in due] == wanted[:3]
        assert [each.external_id for each in due] == ["urn:0", "urn:1", "urn:2"]
        assert len(await deletions.due(transaction, now=now, limit=1)) == 1
        theirs = await deletions.due(transaction, now=now, limit=9, account=due[2].account)
        assert theirs == [due[2]]


async def test_an_outcome_counts_once(database: Database) -> None:
    """A caller that comes with an older look at it changes nothing; what is over is not due."""
    first = (await asked(database))[0]
    later = replace(first, tries=1, due_at=NOW + timedelta(hours=1), reason=said("away"))
    gone = replace(later, tries=2, due_at=None, deleted_at=NOW + timedelta(hours=1))
    async with database.write() as transaction:
        assert await deletions.save(transaction, first, later)
        assert not await deletions.save(transaction, first, replace(first, tries=1))
        assert await deletions.save(transaction, later, gone)
        assert not await deletions.save(transaction, gone, later), "it is over"
        assert await deletions.of_posts(transaction, [first.post_id]) == {first.post_id: gone}
        due = await deletions.due(transaction, now=NOW + timedelta(days=9), limit=9)
    assert first.post_id not in [each.deletion.post_id for each in due]


async def test_a_new_request_takes_the_place_of_one_that_failed(database: Database) -> None:
    """There is one for each post."""
    first = (await asked(database))[0]
    async with database.write() as transaction:
        await deletions.save(
            transaction, first, replace(first, due_at=None, reason=said("refused"))
        )
        again = replace(first, asked_at=NOW + timedelta(days=1), due_at=NOW + timedelta(days=1))
        await deletions.ask(transaction, again)
        assert await deletions.of_posts(transaction, [first.post_id]) == {first.post_id: again}


async def test_it_goes_with_its_person(database: Database) -> None:
    """Erasing a person leaves no request of theirs, and every one of others."""
    wanted = await asked(database)
    async with database.write() as transaction:
        owner = (await posts.by_ids(transaction, [wanted[0].post_id]))[wanted[0].post_id]
        await store.erase(transaction, owner.ambassador_id, as_id="nobody", now=NOW)
        left = await deletions.of_posts(transaction, [each.post_id for each in wanted])
    assert sorted(left) == sorted(each.post_id for each in wanted[2:])
