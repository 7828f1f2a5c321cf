"""A story or vacancy becomes one campaign, its audience reads why, and its end is the end."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.accounts.store import connections
from services.campaigns.rules.matching import Content
from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import audience, campaigns
from services.database import audit, outbox
from services.database.engine import Database
from services.errors import Rejected
from services.events.incoming import VacancyClosed
from services.events.outgoing import ShareRequested
from services.events.statement import Statement
from services.people.store import people
from services.post import PostState
from services.posts.cancel_posts import close_vacancies, end_story, finish_over
from services.posts.store import posts
from services.posts.write_drafts import DraftWriter
from services.voice.current_templates import CurrentTemplates
from services.voice.passages import SourceText, find_passages
from tests.builders import NOW, ambassador, connection, fact, our_templates, story, vacancy
from tests.unit.voice.material import example_content

#: Passages that an editor chose, so that drafts have texts.
TOLD = ("In maart hing onze nieuwe sluisdeur er na elf dagen weer in. Toen belde een schipper.",)
EVERYBODY = [
    ambassador(1, language="nl"),
    ambassador(2, language="en", address_form="", crafts=(), team="", role="", region=""),
    ambassador(3, language="en", address_form="", crafts=("staal",), team="Bruggen", region="Ede"),
]


@pytest.fixture
async def staffed(database: Database) -> Database:
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, EVERYBODY, now=NOW)
    return database


async def start(database: Database, *contents: Any) -> list[Statement]:
    async with database.write() as transaction:
        return await start_campaigns(transaction, [fact(each) for each in contents], NOW)


async def close(
    database: Database, vacancy_id: str = "v-1", reason: str = "filled"
) -> list[dict[str, Any]]:
    """Every campaign that was said to have finished by then."""
    closed = VacancyClosed(vacancy_id=vacancy_id, reason=reason)
    async with database.write() as transaction:
        assert await close_vacancies(transaction, [fact(closed)], NOW) == []
        rows = await outbox.oldest(transaction, 100)
    return [json.loads(row.event)["data"] for row in rows if row.topic == "campaign.finished"]


async def test_a_story_starts_one_campaign_with_its_audience(staffed: Database) -> None:
    """The campaign is stored and stated, and everybody who matches is asked with the reason."""
    statements = await start(staffed, story())
    assert [each.event.type for each in statements] == ["campaign.started", "share.requested"]
    assert statements[0].event.data["audience"] == 1
    assert statements[1].key == statements[0].key
    (asked,) = statements[1].event.data["asked"]
    assert (asked["ambassador_id"], asked["rank"]) == (EVERYBODY[0].id, 0)
    assert asked["reason"] == "zelfde vak: constructie"
    async with staffed.read() as transaction:
        (campaign,) = await campaigns.recent(transaction)
        assert (campaign.content, campaign.state) == (story(), "open")
        assert (await audience.sizes(transaction, campaign.id)).asked == 1


@pytest.mark.parametrize(
    ("title", "shown"),
    [("De <b>sluis</b> &amp; de deur", "De sluis & de deur"), ("<b></b>", "<b></b>")],
)
async def test_a_title_is_shown_without_its_markup(
    staffed: Database, title: str, shown: str
) -> None:
    """In lists and inbox as in drafts; one that is nothing but markup stays as it was sent."""
    await start(staffed, story(title=title))
    async with staffed.read() as transaction:
        (campaign,) = await campaigns.recent(transaction)
    assert campaign.title == shown


async def test_a_campaign_starts_once_however_often_it_is_announced(staffed: Database) -> None:
    """Twice in a batch or again later: one campaign, stated once."""
    assert len(await start(staffed, story(), story())) == 2
    assert await start(staffed, story()) == []
    async with staffed.read() as transaction:
        assert await campaigns.count(transaction) == 1


@pytest.mark.parametrize(
    ("first", "later", "said"),
    [
        (story(), story(title="Anders", topics=("x",)), "title and topics"),
        (vacancy(), vacancy(closes_at=NOW + timedelta(days=9)), "another closes_at"),
    ],
)
async def test_a_campaign_keeps_its_first_facts(
    staffed: Database, first: Content, later: Content, said: str
) -> None:
    """A story or vacancy stated again with other facts is refused, not passed over in silence."""
    await start(staffed, first)
    with pytest.raises(Rejected, match=said) as caught:
        await start(staffed, later)
    assert "under a new" in str(caught.value.remedy)


async def test_starting_again_after_a_crash_states_the_same_events(staffed: Database) -> None:
    """What was rolled back is stated again with the same ids, so that no one counts it twice."""

    async def crash() -> list[Statement]:
        statements: list[Statement] = []
        try:
            async with staffed.write() as transaction:
                statements += await start_campaigns(transaction, [fact(vacancy())], NOW)
                raise ZeroDivisionError
        except ZeroDivisionError:
            return statements

    lost = await crash()
    again = await start(staffed, vacancy())
    assert [each.event.id for each in lost] == [each.event.id for each in again]
    assert len({each.event.id for each in again}) == len(again) == 2


async def test_a_vacancy_that_is_over_is_refused(staffed: Database) -> None:
    """The sentence says when it closed and what to do."""
    past = vacancy(closes_at=NOW - timedelta(seconds=1))
    with pytest.raises(Rejected, match="closed on 2026-11-24") as caught:
        await start(staffed, past)
    assert "closes_at" in str(caught.value.remedy)
    assert await start(staffed, vacancy(closes_at=NOW + timedelta(seconds=1)))


async def test_a_vacancy_s_last_day_ends_where_the_organisation_is(staffed: Database) -> None:
    """On its last day, at nine in London, applications are still taken."""
    with pytest.raises(Rejected, match="closed on 2026-11-23"):
        await start(staffed, vacancy(closes_at=(NOW - timedelta(days=1)).date()))
    assert await start(staffed, vacancy(closes_at=NOW.date()))


async def test_a_vacancy_closed_before_it_opened_stays_closed(staffed: Database) -> None:
    """Topics have no order among each other."""
    assert await close(staffed) == []
    assert await start(staffed, vacancy()) == []
    async with staffed.read() as transaction:
        assert await campaigns.count(transaction) == 0


@pytest.mark.parametrize(("launch", "stated"), [("everybody", 1), ("review", 0)])
async def test_a_vacancy_ends_when_its_time_to_apply_is_over(
    staffed: Database, launch: str, stated: int
) -> None:
    """No one has to say so: its campaign closes at that moment, once, and it is stated if it ran."""
    closes_at = NOW + timedelta(days=1)
    about = fact(vacancy(closes_at=closes_at))
    about = replace(about, event=replace(about.event, extensions={"launch": launch}))
    async with staffed.write() as transaction:
        await start_campaigns(transaction, [about], NOW)
    assert await finish_over(staffed, closes_at - timedelta(seconds=1)) == 0
    assert await finish_over(staffed, closes_at) == 1
    assert await finish_over(staffed, closes_at) == 0
    async with staffed.read() as transaction:
        (campaign,) = await campaigns.recent(transaction)
        assert (campaign.state, campaign.finished_at) == ("closed", closes_at)
        rows = await outbox.oldest(transaction, 10)
        assert [row.topic for row in rows] == ["campaign.finished"] * stated


@pytest.mark.parametrize(("launch", "stated"), [("everybody", 1), ("review", 0)])
async def test_a_story_is_ended_once(staffed: Database, launch: str, stated: int) -> None:
    """Its end is stated if it ran, with a reason, and the audit says who; ending it again is nothing."""
    about = fact(story())
    about = replace(about, event=replace(about.event, extensions={"launch": launch}))
    async with staffed.write() as transaction:
        await start_campaigns(transaction, [about], NOW)
        (campaign,) = await campaigns.recent(transaction)
    for later in (timedelta(0), timedelta(hours=1)):
        async with staffed.write() as transaction:
            await end_story(transaction, campaign.id, actor="mia", now=NOW + later)
    async with staffed.read() as transaction:
        stored = await campaigns.get(transaction, campaign.id)
        rows = await outbox.oldest(transaction, 10)
        entries = await audit.of(transaction, campaign.id)
    assert stored is not None
    assert (stored.state, stored.finished_at) == ("closed", NOW)
    assert [row.topic for row in rows] == ["campaign.finished"] * stated
    assert all("its campaign was ended" in row.event for row in rows)
    assert [each.actor for each in entries if each.action == "campaign.finished"] == ["mia"]


async def test_a_vacancy_is_not_ended_as_a_story(staffed: Database) -> None:
    """It closes by its own event, which informs every system and moves its links."""
    await start(staffed, vacancy())
    async with staffed.write() as transaction:
        (campaign,) = await campaigns.recent(transaction)
        for campaign_id in (campaign.id, "nothing"):
            with pytest.raises(Rejected, match="no such story"):
                await end_story(transaction, campaign_id, actor="mia", now=NOW)


async def test_closing_cancels_what_was_not_sent(staffed: Database) -> None:
    """Ready and approved posts are cancelled, the others stay; a second closing does nothing."""
    templates = our_templates()
    writer = DraftWriter(
        CurrentTemplates(templates), short_link=lambda code: f"https://go.example.org/{code}"
    )
    everybody = [ambassador(number) for number in range(10, 16)]
    async with staffed.write() as transaction:
        await people.save_ambassadors(transaction, everybody, now=NOW)
    requests = [
        each for each in await start(staffed, vacancy()) if each.event.type == "share.requested"
    ]
    async with staffed.write() as transaction:
        facts = [fact(ShareRequested.model_validate(each.event.data)) for each in requests]
        written = await writer.write_drafts(transaction, facts, NOW)
        assert len(written) >= 5
        ids = [each.event.data["post_id"] for each in written]
        for identity, state in zip(ids, (PostState.APPROVED, PostState.PUBLISHING), strict=False):
            await posts.move(transaction, identity, before=PostState.READY, after=state)
    (finished,) = await close(staffed)
    assert finished["cancelled"] == len(ids) - 1
    assert finished["reason"] == "filled"
    async with staffed.read() as transaction:
        counts = await posts.counts_by_state(transaction)
        assert counts == {"cancelled": len(ids) - 1, "publishing": 1}
        (entry,) = await audit.of(transaction, finished["campaign_id"])
        assert entry.action == "campaign.finished"
    assert await close(staffed) == [finished], "once"
    async with staffed.write() as transaction:
        assert await writer.write_drafts(transaction, facts, NOW) == [], "it has ended"


async def test_drafts_are_written_once_for_every_connected_network(staffed: Database) -> None:
    """Each network with texts gets a draft, somebody without one gets one to copy, and no more."""
    writer = DraftWriter(
        CurrentTemplates(our_templates()),
        short_link=lambda code: f"https://go.example.org/r/{code}",
    )
    anna, bert = ambassador(1), ambassador(4)
    async with staffed.write() as transaction:
        await people.save_ambassadors(transaction, [bert], now=NOW)
        for network in ("linkedin", "x", "mastodon"):
            await connections.save(transaction, connection(anna, network))
        for person in (anna, bert):  # there are no share texts for it
            await connections.save(transaction, connection(person, "bluesky"))
    requests = (await start(staffed, story(passages=TOLD)))[1:]
    facts = [fact(ShareRequested.model_validate(each.event.data)) for each in requests]
    for turn in range(3):
        async with staffed.write() as transaction:
            written = await writer.write_drafts(transaction, facts, NOW)
        assert len(written) == (4 if turn == 0 else 0)
    async with staffed.read() as transaction:
        found = await posts.in_state(transaction, PostState.READY)
    assert Counter((post.ambassador_id, post.network) for post in found) == {
        (anna.id, "linkedin"): 1,
        (anna.id, "x"): 1,
        (anna.id, "mastodon"): 1,
        (bert.id, "linkedin"): 1,
    }
    for post in found:
        assert f"https://go.example.org/r/{post.link_code}" in post.text
    assert len({post.text for post in found}) == 4


async def test_why_there_is_no_text_is_kept_by_network(staffed: Database) -> None:
    """A post that fits one network and not another leaves a question and a reason for the other."""
    writer = DraftWriter(
        CurrentTemplates(our_templates()),
        short_link=lambda code: f"https://go.example.org/r/{code}{'a' * 4_000}",
    )
    anna = ambassador(1)
    async with staffed.write() as transaction:
        for network in ("linkedin", "mastodon"):
            await connections.save(transaction, connection(anna, network))
    statements = await start(staffed, story(passages=TOLD))
    (request,) = (ShareRequested.model_validate(each.event.data) for each in statements[1:])
    assert [each.ambassador_id for each in request.asked] == [anna.id]
    async with staffed.write() as transaction:
        await writer.write_drafts(transaction, [fact(request)], NOW)
        why = await posts.asked_first(transaction, request.campaign_id)
        drafts = await posts.of_ambassador(transaction, anna.id)
    assert why == {("linkedin", "length"): 1}
    assert {post.network: bool(post.text) for post in drafts} == {
        "linkedin": False,
        "mastodon": True,
    }
    assert all(post.recipe["questions"] for post in drafts)


async def test_workers_that_take_turns_deal_no_pair_twice(database: Database) -> None:
    """Whichever worker wrote the others: no one has a colleague's passage in the same layout."""
    content = example_content()["nl-middenspanningsmonteur"]
    content = content.model_copy(
        update={"passages": tuple(each.text for each in find_passages(SourceText(content)).chosen)}
    )
    crowd = [ambassador(number, team=content.team) for number in range(160)]
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, crowd, now=NOW)
    workers = [
        DraftWriter(
            CurrentTemplates(our_templates()),
            short_link=lambda code: f"https://go.example.org/{code}",
        )
        for _ in range(2)
    ]
    requests = (await start(database, content))[1:]
    facts = [fact(ShareRequested.model_validate(each.event.data)) for each in requests]
    for turn, one in enumerate(facts):
        async with database.write() as transaction:
            await workers[turn % 2].write_drafts(transaction, [one], NOW)
    async with database.read() as transaction:
        found = await posts.in_state(transaction, PostState.READY, limit=200)
    told = [
        (post.angle, post.recipe["layout"], post.recipe["passage"]["number"])
        for post in found
        if post.text
    ]
    assert len(set(told)) == len(told) > 10
    assert len(found) == sum(len(one.data.asked) for one in facts) == 160


async def test_drafts_that_were_rolled_back_are_written_again_the_same(staffed: Database) -> None:
    """A crash between writing and committing changes nothing about the texts."""
    writer = DraftWriter(
        CurrentTemplates(our_templates()),
        short_link=lambda code: f"https://go.example.org/r/{code}",
    )
    requests = (await start(staffed, story()))[1:]
    facts = [fact(ShareRequested.model_validate(each.event.data)) for each in requests]

    async def write(*, crash: bool) -> list[str]:
        texts: list[str] = []
        try:
            async with staffed.write() as transaction:
                await writer.write_drafts(transaction, facts, NOW)
                texts = [p.text for p in await posts.in_state(transaction, PostState.READY)]
                if crash:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        return texts

    lost = await write(crash=True)
    assert await write(crash=False) == lost
    assert lost
