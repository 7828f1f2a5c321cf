"""Posts that a language model may still be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.transaction import Transaction
from services.post import PostState
from services.posts.store import model_edits, posts, typed_texts
from services.posts.store.model_edits import WaitingAnswer
from services.posts.store.posts import NewPost
from services.voice.store import own_words
from services.voice.store.own_words import OwnAnswer
from tests.builders import NOW, ambassador, campaign, draft, organise

ABOUT = campaign()
PEOPLE = [ambassador(number) for number in range(1, 7)]
RECIPE = {"rank": 0}


async def store(transaction: Transaction) -> list[str]:
    """Six answered posts, each with a minute more than the one before; the ids, soonest first."""
    await organise(transaction, PEOPLE)
    await campaigns.add(transaction, ABOUT)
    drafts = [draft(ABOUT, person) for person in PEOPLE]
    await posts.add(transaction, [NewPost(post=each, recipe=RECIPE) for each in drafts])
    for minute, (post, person) in enumerate(zip(drafts, PEOPLE, strict=True), start=1):
        said = {"prompt": "Wat?", "answer": f"Dit {minute}.", "answered_at": NOW}
        await own_words.keep_answer(
            transaction, OwnAnswer(post_id=post.id, ambassador_id=person.id, **said)
        )
        by = NOW + timedelta(minutes=minute)
        await model_edits.ask(transaction, post.id, by=by, first=minute == 1)
    return [each.id for each in drafts]


async def waiting(transaction: Transaction, *, minutes: int = 0) -> Sequence[WaitingAnswer]:
    return await model_edits.waiting(transaction, now=NOW + timedelta(minutes=minutes), limit=10)


async def test_untouched_posts_wait_until_their_time_is_over(database: Database) -> None:
    """Edited, approved, chosen and typed ones do not wait, nor those whose time is over, nor those
    whose answer was forgotten."""
    async with database.write() as transaction:
        ids = await store(transaction)
        assert [each.post_id for each in await waiting(transaction)] == ids
        (first, *_) = await waiting(transaction)
        assert (first.campaign_id, first.ambassador_id) == (ABOUT.id, PEOPLE[0].id)
        assert (first.prompt, first.answer) == ("Wat?", "Dit 1.")
        assert first.recipe["model"] == {"until": first.rephrase_by.isoformat(), "first": True}
        await posts.edit(transaction, ids[1], text="Mijn eigen tekst.")
        ready, approved = PostState.READY, PostState.APPROVED
        await posts.move(transaction, ids[2], before=ready, after=approved)
        await posts.edit(
            transaction,
            ids[3],
            text="Een ander.",
            original_text="Een ander.",
            angle="craft",
            overlap=0.0,
            recipe=RECIPE,
        )
        await typed_texts.hold_open(transaction, ids[4])
        assert [each.post_id for each in await waiting(transaction)] == [ids[0], ids[5]]
        assert [each.post_id for each in await waiting(transaction, minutes=1)] == [ids[5]]
        assert await waiting(transaction, minutes=6) == []
        await own_words.forget_answers(transaction, PEOPLE[5].id)
        assert [each.post_id for each in await waiting(transaction)] == [ids[0]]


async def test_an_edit_takes_the_place_of_untouched_texts_only(database: Database) -> None:
    """What was touched or answered anew since it was read keeps its text; what is settled does not wait."""
    told = RECIPE | {"model": {"edit": "used"}}
    async with database.write() as transaction:
        ids = await store(transaction)
        one, touched, anew, left, *_ = await waiting(transaction)
        assert await model_edits.settle(transaction, one, text="Bewerkt.", recipe=told)
        found = await posts.get(transaction, ids[0])
        assert found is not None
        assert (found.text, found.original_text) == ("Bewerkt.", draft(ABOUT, PEOPLE[0]).text)
        assert (await posts.by_ids(transaction, [ids[0]]))[ids[0]].recipe == told
        await posts.edit(transaction, ids[1], text="Mijn eigen tekst.")
        assert not await model_edits.settle(transaction, touched, text="Bewerkt.", recipe=told)
        later = NOW + timedelta(minutes=30)
        await model_edits.ask(transaction, ids[2], by=later, first=False)
        assert not await model_edits.settle(transaction, anew, text="Bewerkt.", recipe=told)
        assert await model_edits.settle(transaction, left, text="", recipe=told)
        kept = await posts.get(transaction, ids[3])
        assert kept is not None
        assert kept.text == left.text
        assert [each.post_id for each in await waiting(transaction)] == [ids[4], ids[5], ids[2]]
