"""The voice: what was set by hand, what was seen in edits, answers, shares and suggestions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.database.engine import Database
from services.database.transaction import Transaction
from services.people.store import people
from services.post import Post, PostState
from services.posts.store import posts
from services.voice.learning.learning import Observation, Seen
from services.voice.store import own_words, suggestions, voice_profiles
from services.voice.store.own_words import OwnAnswer, OwnWords
from services.voice.store.suggestions import Place
from tests.builders import NOW, ambassador, campaign, organise, story

ANNA, BERT = ambassador(1, emoji=2), ambassador(2)
NO_HASHTAGS = Observation(habit="hashtags", most=0)
WORD = Observation(habit="word", word="uniek")
CHOSEN = {
    "hashtags": 1,
    "exclamation": True,
    "crafts": ["staal"],
    "avoid": ["trots", "uniek"],
    "opening": "Even dit.",
}


async def test_what_is_set_by_hand_survives_an_import(database: Database) -> None:
    """A person's own settings lie over what is imported, at every later import too."""
    chosen = replace(
        ANNA, hashtags=1, crafts=("staal",), avoid=("trots", "uniek"), opening="Even dit."
    )
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ANNA, BERT], now=NOW)
        await voice_profiles.save(transaction, ANNA.id, CHOSEN, now=NOW)
        await people.save_ambassadors(transaction, [replace(ANNA, team="Bruggen")], now=NOW)
    async with database.read() as transaction:
        assert await voice_profiles.settings(transaction, ANNA.id) == CHOSEN
        assert await voice_profiles.settings(transaction, BERT.id) == {}
        found = await people.ambassadors_by_id(transaction, [ANNA.id, BERT.id])
        assert found == {ANNA.id: replace(chosen, team="Bruggen"), BERT.id: BERT}
        assert set(await people.all_ambassadors(transaction)) == set(found.values())


async def test_what_was_seen_is_kept_by_post(database: Database) -> None:
    """A post's observations are those of its last approval, and can be forgotten by habit."""
    async with database.write() as transaction:
        (one,) = await organise(transaction, [ANNA], [campaign()])
        (other,) = await organise(transaction, [ANNA], [campaign(story("s-2"))])
        later = NOW + timedelta(days=1)
        await voice_profiles.keep_observations(
            transaction, ANNA.id, one.id, [WORD, NO_HASHTAGS], at=NOW
        )
        await voice_profiles.keep_observations(transaction, ANNA.id, one.id, [NO_HASHTAGS], at=NOW)
        await voice_profiles.keep_observations(
            transaction, ANNA.id, other.id, [WORD, NO_HASHTAGS], at=later
        )
    async with database.read() as transaction:
        found = await voice_profiles.observations(transaction, [ANNA.id, BERT.id])
    assert set(found) == {ANNA.id}
    assert set(found[ANNA.id]) == {
        Seen(observation=NO_HASHTAGS, post_id=one.id, at=NOW),
        Seen(observation=NO_HASHTAGS, post_id=other.id, at=later),
        Seen(observation=WORD, post_id=other.id, at=later),
    }
    async with database.write() as transaction:
        await voice_profiles.forget(transaction, ANNA.id, "hashtags")
        found = await voice_profiles.observations(transaction, [ANNA.id])
        assert [seen.observation for seen in found[ANNA.id]] == [WORD]


async def test_everything_about_a_voice_can_be_deleted(database: Database) -> None:
    """After deletion the profile is as it was imported, and nothing seen is left."""
    async with database.write() as transaction:
        posts_of = await organise(transaction, [ANNA, BERT], [campaign()])
        for post in posts_of:
            await voice_profiles.save(transaction, post.ambassador_id, CHOSEN, now=NOW)
            await voice_profiles.keep_observations(
                transaction, post.ambassador_id, post.id, [WORD], at=NOW
            )
        await voice_profiles.delete(transaction, ANNA.id)
        found = await people.ambassadors_by_id(transaction, [ANNA.id])
        assert found[ANNA.id] == ANNA
        left = await voice_profiles.observations(transaction, [ANNA.id, BERT.id])
        assert set(left) == {BERT.id}
        assert await voice_profiles.settings(transaction, BERT.id) == CHOSEN


async def test_answers_belong_to_their_person(database: Database) -> None:
    """One answer a post, the last; each person sees and forgets only their own."""
    async with database.write() as transaction:
        anna, bert = await organise(transaction, [ANNA, BERT], [campaign()])
        answers = [
            OwnAnswer(
                post_id=post.id,
                ambassador_id=post.ambassador_id,
                prompt="Wat was moeilijk?",
                answer=text,
                answered_at=NOW,
                opening=opening,
            )
            for post, text, opening in (
                (anna, "De kou.", ""),
                (anna, "De sluis. De stilte.", "De sluis."),
                (bert, "Niets.", ""),
            )
        ]
        for answer in answers:
            await own_words.keep_answer(transaction, answer)
        assert await own_words.answers_of(transaction, ANNA.id) == [answers[1]]
        await own_words.forget_answers(transaction, ANNA.id, post_id=bert.id)
        about = await own_words.answers_about(transaction, [anna.id, bert.id])
        assert about == {anna.id: answers[1], bert.id: answers[2]}
        await own_words.forget_answers(transaction, ANNA.id)
        assert await own_words.answers_of(transaction, ANNA.id) == []
        assert await own_words.answers_of(transaction, BERT.id) == [answers[2]]


async def test_the_share_counts_published_posts_alone(database: Database) -> None:
    """The mean share is over published posts of which it is known; without any it is nothing."""
    async with database.write() as transaction:
        people_ = [ambassador(number) for number in range(4)]
        drafts = await organise(transaction, people_, [campaign()])
        assert await own_words.in_published(transaction) == OwnWords(posts=0, changed=0, share=0)
        for post, share in zip(drafts, (0.5, 0.0, 0.9), strict=False):
            await own_words.keep_share(transaction, post.id, share)
        for post in (drafts[0], drafts[1], drafts[3]):
            await posts.move(
                transaction, post.id, before=PostState.READY, after=PostState.PUBLISHED
            )
        assert await own_words.in_published(transaction) == OwnWords(posts=2, changed=1, share=0.25)


async def test_suggestions_only_go_forward(database: Database) -> None:
    """The next variant never goes back, and starts after the draft's own."""
    async with database.write() as transaction:
        anna, bert = await organise(transaction, [ANNA, BERT], [campaign()])
        assert await suggestions.place(transaction, "nothing") is None
        assert await suggestions.place(transaction, bert.id) == Place(rank=1, next_variant=1)
        await suggestions.go_on_from(transaction, anna.id, 4)
        await suggestions.go_on_from(transaction, anna.id, 2)
        assert await suggestions.place(transaction, anna.id) == Place(rank=0, next_variant=4)


async def test_a_chosen_text_replaces_a_waiting_draft_alone(database: Database) -> None:
    """Text, original, angle, overlap and recipe change together, and only while it waits."""
    async with database.write() as transaction:
        (post,) = await organise(transaction, [ANNA], [campaign()])
        assert await take(transaction, post.id, "Een andere zin.")
        found = await posts.get(transaction, post.id)
        assert found is not None
        assert (found.text, found.original_text) == ("Mijn zin. Een andere zin.", "Een andere zin.")
        assert (found.angle, found.overlap) == ("setback", 0.05)
        assert (await posts.by_ids(transaction, [post.id]))[post.id].recipe == {"variant": 2}
        assert await suggestions.place(transaction, post.id) == Place(rank=0, next_variant=3)
        await posts.move(transaction, post.id, before=PostState.READY, after=PostState.DECLINED)
        assert not await take(transaction, post.id, "Nog een zin.")


async def take(transaction: Transaction, post_id: str, text: str) -> Post | None:
    return await posts.edit(
        transaction,
        post_id,
        text=f"Mijn zin. {text}",
        original_text=text,
        angle="setback",
        overlap=0.05,
        recipe={"variant": 2},
    )
