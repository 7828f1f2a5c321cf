"""A person under another id, and a person of whom figures alone are left."""

from __future__ import annotations

import sqlalchemy as sa

from services.accounts.store import connections
from services.campaigns.store import audience
from services.database import audit
from services.database.audit import Entry
from services.database.engine import Database
from services.database.schema import metadata, outbox
from services.database.transaction import Transaction
from services.figures.rules.estimate import FollowerCount
from services.figures.store import campaign_figures, figures, links
from services.identity import ambassador_id
from services.people.rules.ambassador import SharingPreferences
from services.people.sign_in import begin_session, make_link, whose_session
from services.people.store import people, sharing_preferences
from services.post import PostState
from services.posts.store import posts, typed_texts
from services.posts.store.typed_texts import TypedText
from services.privacy import store
from services.voice.store import own_words, voice_profiles
from services.voice.store.own_words import OwnAnswer
from tests.builders import NOW, ambassador, campaign, organise, story

ANNA = ambassador(
    1, name="Anna de Wit", role="Sluiswachter", team="Zeesluizen", region="Goes", topics=("zeilen",)
)
BEN = ambassador(2)
STORY = campaign(story())
NOBODY = "0b5cfc1c-0000-4000-8000-000000000000"
ANSWER = "De steiger stond er al"
TYPED = "Halverwege een zin"
URL = "https://www.linkedin.com/feed/update/urn:li:share:7"


async def _with_everything(transaction: Transaction) -> str:
    """Anna with something in every place where she may leave a trace; returns her session."""
    mine, _ = await organise(transaction, [ANNA, BEN], [STORY])
    who = ANNA.id
    await posts.move(
        transaction,
        mine.id,
        before=PostState.READY,
        after=PostState.PUBLISHED,
        external_id="urn:li:share:7",
        external_url=URL,
        published_at=NOW,
    )
    await voice_profiles.save(transaction, who, {"opening": "Goeie!"}, now=NOW)
    await sharing_preferences.save(transaction, SharingPreferences(ambassador_id=who, weekly_cap=1))
    await figures.save_followers(
        transaction, who, "linkedin", FollowerCount(followers=512, source="she", counted_at=NOW)
    )
    await own_words.keep_answer(
        transaction,
        OwnAnswer(
            post_id=mine.id, ambassador_id=who, prompt="Waar?", answer=ANSWER, answered_at=NOW
        ),
    )
    await typed_texts.keep(
        transaction,
        TypedText(
            post_id=mine.id, text=TYPED, version=2, window="w", typed_at=NOW, other=f"not {TYPED}"
        ),
    )
    await audit.add(
        transaction,
        [
            Entry(at=NOW, actor=who, action="post.shared", subject=mine.id, detail={"url": URL}),
            Entry(
                at=NOW,
                actor=BEN.id,
                action="audience.added",
                subject=STORY.id,
                detail={"person": who},
            ),
            Entry(at=NOW, actor=who, action="story.seen", subject=who, detail={"by": ANNA.name}),
        ],
    )
    await make_link(transaction, who, base_url="", now=NOW)
    return await begin_session(transaction, who, now=NOW)


async def _everything_stored(transaction: Transaction) -> str:
    """All rows of all tables as one text; events on their way to the log aside."""
    found = []
    for table in metadata.sorted_tables:
        if table is not outbox:
            found += [str(tuple(row)) for row in await transaction.execute(sa.select(table))]
    return "\n".join(found)


async def test_nothing_of_the_person_is_left(database: Database) -> None:
    """After erasing, no row of any table holds their id, address, name, profile, texts or posts."""
    traces = (
        ANNA.id,
        ANNA.email,
        ANNA.name,
        ANNA.team,
        ANNA.region,
        ANSWER,
        TYPED,
        "zeilen",
        "Goeie!",
        URL,
        "512",
    )
    async with database.write() as transaction:
        session = await _with_everything(transaction)
        before = await _everything_stored(transaction)
        assert [trace for trace in traces if trace not in before] == []
        (text,) = [post.text for post in await posts.of_ambassador(transaction, ANNA.id)]
        await store.erase(transaction, ANNA.id, as_id=NOBODY, now=NOW)
        after = await _everything_stored(transaction)
        assert [trace for trace in (*traces, text) if trace in after] == []
        assert await whose_session(transaction, session, now=NOW) is None
        assert await connections.networks_of(transaction, [ANNA.id, NOBODY]) == {}


async def test_what_counts_stays(database: Database) -> None:
    """Who was asked, posts, clicks of their links and reach count as before; no one is listed."""
    async with database.write() as transaction:
        await _with_everything(transaction)
        (post,) = await posts.of_ambassador(transaction, ANNA.id)
        await figures.add_figures(
            transaction,
            [
                figures.Figure(
                    post_id=post.id,
                    metric="reach",
                    tag="measured",
                    value=40,
                    source="LinkedIn",
                    measured_at=NOW,
                )
            ],
        )
        before = await campaign_figures.of_campaigns(transaction, [STORY.id])
        await store.erase(transaction, ANNA.id, as_id=NOBODY, now=NOW)
        assert await campaign_figures.of_campaigns(transaction, [STORY.id]) == before
        assert await links.target(transaction, post.link_code) is not None
        assert [person.name for person in await people.find(transaction, limit=9)] == [BEN.name]
        assert await people.all_ambassadors(transaction) == [BEN]
        assert await people.person(transaction, NOBODY) is None
        assert len(await audit.of(transaction, STORY.id)) == 1


async def test_another_id_takes_everything_along(database: Database) -> None:
    """With a corrected address all that was the person's is theirs, the session included."""
    new = ambassador_id("anna@new.example.org")
    async with database.write() as transaction:
        session = await _with_everything(transaction)
        await store.give_id(transaction, ANNA.id, new)
        assert f"'{ANNA.id}'" not in await _everything_stored(transaction)
        assert len(await posts.of_ambassador(transaction, new)) == 1
        assert await connections.networks_of(transaction, [new]) == {new: ("linkedin",)}
        assert await audience.is_listed(transaction, STORY.id, new)
        assert await voice_profiles.settings(transaction, new) == {"opening": "Goeie!"}
        (entry,) = await audit.of(transaction, STORY.id)
        assert entry.detail == {"person": new}
        person = await whose_session(transaction, session, now=NOW)
    assert person is not None
    assert person.id == new
