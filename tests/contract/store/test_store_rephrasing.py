"""Drafts that a language model may still put in other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from services.domain.post import PostState
from services.storage import campaigns, posts, rephrasing, suggestions
from services.storage.database import Database
from services.storage.posts import NewPost
from services.storage.rephrasing import Waiting
from services.storage.transaction import Transaction
from tests.builders import NOW, ambassador, campaign, draft, organise

ABOUT = campaign()
PEOPLE = [ambassador(number) for number in range(1, 6)]
RECIPE = {"rank": 0, "parts": {"disclosure": "Ik werk bij Zwaan."}}


async def store(transaction: Transaction) -> list[str]:
    """Five drafts, each with a minute more than the one before; the ids, soonest first."""
    await organise(transaction, PEOPLE)
    await campaigns.add(transaction, ABOUT)
    drafts = [
        NewPost(
            post=draft(ABOUT, person), recipe=RECIPE, rephrase_by=NOW + timedelta(minutes=minute)
        )
        for minute, person in enumerate(PEOPLE, start=1)
    ]
    await posts.add(transaction, drafts)
    return [each.post.id for each in drafts]


async def waiting(transaction: Transaction, *, minutes: int = 0) -> Sequence[Waiting]:
    return await rephrasing.waiting(transaction, now=NOW + timedelta(minutes=minutes), limit=10)


async def test_untouched_drafts_wait_until_their_time_is_over(database: Database) -> None:
    """Edited, approved and chosen drafts do not wait, nor those whose time is over."""
    async with database.write() as transaction:
        ids = await store(transaction)
        assert [each.post_id for each in await waiting(transaction)] == ids
        (first, *_) = await waiting(transaction)
        assert (first.campaign_id, first.ambassador_id) == (ABOUT.id, PEOPLE[0].id)
        assert (first.text, first.recipe) == (draft(ABOUT, PEOPLE[0]).text, RECIPE)
        await posts.edit(transaction, ids[1], "Mijn eigen tekst.")
        ready, approved = PostState.READY, PostState.APPROVED
        await posts.move(transaction, ids[2], before=ready, after=approved)
        await suggestions.take(
            transaction,
            ids[3],
            text="Een ander.",
            original_text="Een ander.",
            angle="craft",
            overlap=0.0,
            recipe=RECIPE,
        )
        assert [each.post_id for each in await waiting(transaction)] == [ids[0], ids[4]]
        assert [each.post_id for each in await waiting(transaction, minutes=1)] == [ids[4]]
        assert await waiting(transaction, minutes=5) == []


async def test_other_words_take_the_place_of_untouched_ones_only(database: Database) -> None:
    """What was touched since it was read keeps its text, and is not asked about again."""
    told = RECIPE | {"model": {"name": "small"}}
    async with database.write() as transaction:
        ids = await store(transaction)
        (one, other, third, *_) = await waiting(transaction)
        assert await rephrasing.use(
            transaction, one, text="Andere woorden.", overlap=0.07, recipe=told
        )
        found = await posts.get(transaction, ids[0])
        assert found is not None
        assert (found.text, found.original_text) == ("Andere woorden.", "Andere woorden.")
        assert (found.overlap, await posts.recipe(transaction, ids[0])) == (0.07, told)
        await posts.edit(transaction, ids[1], "Mijn eigen tekst.")
        assert not await rephrasing.use(
            transaction, other, text="Andere woorden.", overlap=0.07, recipe=told
        )
        stale = replace(third, text="Zoals het nooit was.")
        assert not await rephrasing.use(transaction, stale, text="x", overlap=0, recipe=told)
        await rephrasing.leave(transaction, third, recipe=told)
        left = await posts.get(transaction, ids[2])
        assert left is not None
        assert (left.text, await posts.recipe(transaction, ids[2])) == (third.text, told)
        assert [each.post_id for each in await waiting(transaction)] == ids[3:]
