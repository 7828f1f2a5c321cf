"""Campaigns, audiences and posts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from services.campaigns.rules.selection import Invitation
from services.campaigns.store import audience, campaigns
from services.database.engine import Database
from services.post import PostState
from services.posts.store import posts
from services.posts.store.posts import Moved, NewPost
from tests.builders import NOW, ambassador, campaign, draft, organise, story, vacancy
from tests.contract.store.conftest import Store

EVERYBODY = [ambassador(number) for number in range(1, 4)]
STORY = campaign(story(topics=["beton", "sluizen é \U0001f984"], author={"name": "Piet"}))
VACANCY = campaign(vacancy(closes_at="2026-12-31T23:59:59+01:00", salary="€ 4.000"))


async def test_campaigns_come_back_with_their_content(database: Database) -> None:
    """The story or vacancy survives as it was stated, and is found by id, source and post."""
    async with database.write() as transaction:
        drafts = await organise(transaction, EVERYBODY, [STORY, VACANCY])
    async with database.read() as transaction:
        assert await campaigns.get(transaction, STORY.id) == STORY
        assert await campaigns.by_source(transaction, kind="vacancy", source_id="v-1") == VACANCY
        assert await campaigns.by_source(transaction, kind="story", source_id="v-1") is None
        assert await campaigns.of_post(transaction, drafts[0].id) == STORY
        assert await campaigns.of_post(transaction, "nothing") is None
        assert await campaigns.get(transaction, "nothing") is None
        assert await campaigns.count(transaction) == 2
        assert await campaigns.titles(transaction, [STORY.id, "x"]) == {STORY.id: STORY.title}


async def test_a_campaign_is_stored_once(database: Database) -> None:
    """The second of two campaigns about one source changes nothing, with any id."""
    async with database.write() as transaction:
        await campaigns.add(transaction, STORY)
        await campaigns.add(transaction, replace(STORY, title="Another"))
        await campaigns.add(transaction, replace(STORY, id="another"))
        assert await campaigns.recent(transaction) == [STORY]


async def test_recent_campaigns_come_newest_first(database: Database) -> None:
    """Campaigns are listed by their start, by kind where asked, at most as many as wanted."""
    older = replace(VACANCY, started_at=NOW - timedelta(days=1))
    async with database.write() as transaction:
        await campaigns.add(transaction, older)
        await campaigns.add(transaction, STORY)
        assert await campaigns.recent(transaction) == [STORY, older]
        assert await campaigns.recent(transaction, kind="vacancy") == [older]
        assert await campaigns.recent(transaction, limit=1) == [STORY]


async def test_a_campaign_closes_once(database: Database) -> None:
    """Closing says whether it was open, and sets the end."""
    async with database.write() as transaction:
        await campaigns.add(transaction, STORY)
        assert await campaigns.stays_open(transaction, STORY.id)
        assert await campaigns.close(transaction, STORY.id, now=NOW)
        assert not await campaigns.close(transaction, STORY.id, now=NOW + timedelta(days=1))
        assert not await campaigns.stays_open(transaction, STORY.id)
        assert not await campaigns.stays_open(transaction, "nothing")
        closed = replace(STORY, state="closed", finished_at=NOW)
        assert await campaigns.get(transaction, STORY.id) == closed


async def test_a_held_campaign_cannot_be_closed(store: Store) -> None:
    """A post that is written while its campaign closes is cancelled with the others."""
    async with store.open() as one, store.open() as other:
        async with one.write() as transaction:
            await organise(transaction, EVERYBODY)
            await campaigns.add(transaction, STORY)
        inside = asyncio.Event()

        async def write_a_draft() -> None:
            async with one.write() as transaction:
                assert await campaigns.stays_open(transaction, STORY.id)
                inside.set()
                await asyncio.sleep(0.1)  # time for the other to wait for this transaction
                await posts.add(transaction, [NewPost(post=draft(STORY, EVERYBODY[0]), recipe={})])

        async def close() -> list[Moved]:
            await inside.wait()
            async with other.write() as transaction:
                await campaigns.close(transaction, STORY.id, now=NOW)
                return await posts.move_all(
                    transaction,
                    campaign_ids=[STORY.id],
                    before=[PostState.READY],
                    after=PostState.CANCELLED,
                )

        _, cancelled = await asyncio.wait_for(asyncio.gather(write_a_draft(), close()), 60)
    assert [moved.network for moved in cancelled] == ["linkedin"]


async def test_a_closed_vacancy_is_remembered(database: Database) -> None:
    """Closing may come first and twice; the vacancy stays closed."""
    async with database.write() as transaction:
        assert not await campaigns.vacancy_is_closed(transaction, "v-1")
        await campaigns.remember_closed_vacancy(transaction, "v-1", now=NOW)
        await campaigns.remember_closed_vacancy(transaction, "v-1", now=NOW)
        assert await campaigns.vacancy_is_closed(transaction, "v-1")


async def test_an_audience_is_stored_once_with_reasons(database: Database) -> None:
    """Invitations are kept once, with why each person was asked."""
    async with database.write() as transaction:
        await organise(transaction, EVERYBODY, [STORY])
        again = [
            Invitation(ambassador_id=EVERYBODY[0].id, rank=9, score=1, reason="another reason"),
            Invitation(ambassador_id=EVERYBODY[1].id, rank=0, score=1, reason="a rank twice"),
        ]
        await audience.invite(transaction, STORY.id, again, asked_at=NOW)
        await audience.invite(transaction, STORY.id, [], asked_at=NOW)
        assert (await audience.sizes(transaction, STORY.id)).asked == 3
        invited = await audience.invitations_of(transaction, EVERYBODY[0].id, [STORY.id, "x"])
        assert {about: each.reason for about, each in invited.items()} == {STORY.id: "zelfde team"}


async def test_five_thousand_people_are_invited_at_once(database: Database) -> None:
    """A large campaign's audience and drafts are one transaction each way."""
    everybody = [ambassador(number) for number in range(5_000)]
    async with database.write() as transaction:
        drafts = await organise(transaction, everybody, [STORY], connected=False)
        assert (await audience.sizes(transaction, STORY.id)).asked == 5_000
        ids = [post.id for post in drafts]
        assert await posts.existing(transaction, [*ids, "nothing"]) == set(ids)
        texts = await posts.texts_of_source(transaction, kind="story", source_id="sluis-1")
        assert [(each.id, each.text) for each in texts] == sorted(
            (post.id, post.text) for post in drafts
        )


async def test_posts_come_back_as_they_were(database: Database) -> None:
    """Every field of a draft survives, with its recipe; its text is kept as the original too."""
    recipe = {"facts": ["Toen belde een schipper."], "rank": 3, "seed": 2**60, "overlap": 0.25}
    post = draft(STORY, EVERYBODY[0], text="Ünïcode \U0001f984\n\nen een regel")
    async with database.write() as transaction:
        await organise(transaction, EVERYBODY)
        await campaigns.add(transaction, STORY)
        await posts.add(transaction, [NewPost(post=post, recipe=recipe)])
        stored = replace(post, original_text=post.text)
        assert await posts.get(transaction, post.id) == stored
        assert (await posts.by_ids(transaction, [post.id]))[post.id].recipe == recipe
        assert await posts.get(transaction, "nothing") is None


async def test_a_draft_is_stored_once(database: Database) -> None:
    """Writing a draft again leaves the first, edits included."""
    async with database.write() as transaction:
        first = (await organise(transaction, EVERYBODY[:1], [STORY]))[0]
        assert await posts.edit(transaction, first.id, text="In my own words.")
        await posts.add(transaction, [NewPost(post=replace(first, text="again"), recipe={})])
        stored = await posts.get(transaction, first.id)
        assert stored is not None
        assert (stored.text, stored.original_text) == ("In my own words.", first.text)


async def test_a_move_needs_the_state_before(database: Database) -> None:
    """Of two moves from one state the second changes nothing and says so; other columns go along."""
    async with database.write() as transaction:
        post = (await organise(transaction, EVERYBODY[:1], [STORY]))[0]
        moved = await posts.move(
            transaction,
            post.id,
            before=PostState.READY,
            after=PostState.APPROVED,
            publish_at=NOW,
            text="Approved.",
        )
        assert moved
        assert not await posts.move(
            transaction, post.id, before=PostState.READY, after=PostState.DECLINED
        )
        stored = await posts.get(transaction, post.id)
        assert stored is not None
        assert (stored.state, stored.publish_at, stored.text) == (
            PostState.APPROVED,
            NOW,
            "Approved.",
        )
        assert not await posts.edit(transaction, post.id, text="Too late.")


async def test_moving_all_takes_the_named_states_alone(database: Database) -> None:
    """Posts in other states, and of other campaigns, stay as they are."""
    async with database.write() as transaction:
        mine = await organise(transaction, EVERYBODY, [STORY])
        await organise(transaction, EVERYBODY, [VACANCY])
        await posts.move(transaction, mine[0].id, before=PostState.READY, after=PostState.APPROVED)
        await posts.move(transaction, mine[1].id, before=PostState.READY, after=PostState.DECLINED)
        moved = await posts.move_all(
            transaction,
            campaign_ids=[STORY.id],
            before=[PostState.READY, PostState.APPROVED],
            after=PostState.CANCELLED,
        )
        assert {each.id for each in moved} == {mine[0].id, mine[2].id}
        assert await posts.counts_by_state(transaction, campaign_id=STORY.id) == {
            "cancelled": 2,
            "declined": 1,
        }
        assert await posts.counts_by_state(transaction) == {
            "cancelled": 2,
            "declined": 1,
            "ready": 3,
        }


async def test_an_inbox_comes_newest_first(database: Database) -> None:
    """A person sees the own posts only, newest first; a state is read oldest first."""
    older = replace(STORY, id="old", source_id="old")
    async with database.write() as transaction:
        await organise(transaction, EVERYBODY)
        for about, age in ((STORY, 0), (older, 1)):
            await campaigns.add(transaction, about)
            moment = NOW - timedelta(days=age)
            fresh = [draft(about, person, created_at=moment) for person in EVERYBODY]
            await posts.add(transaction, [NewPost(post=post, recipe={}) for post in fresh])
        own = await posts.of_ambassador(transaction, EVERYBODY[0].id)
        assert [post.campaign_id for post in own] == [STORY.id, "old"]
        first = await posts.in_state(transaction, PostState.READY, limit=3)
        assert {post.campaign_id for post in first} == {"old"}
        assert len(await posts.in_state(transaction, PostState.READY, campaign_id=STORY.id)) == 3
        assert await posts.in_state(transaction, PostState.UNKNOWN) == []
