"""A campaign that no one is asked for before a look, or that begins with a handful."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.campaigns.accept_events import accept
from services.campaigns.change_audience import add_to_audience, remove_from_audience
from services.campaigns.rules.matching import Ground, Strength, source_of
from services.campaigns.rules.selection import History
from services.campaigns.start_campaign import launch, start_campaigns, widen, widen_due
from services.campaigns.store import audience, campaigns
from services.campaigns.store.audience import Standing
from services.campaigns.store.sharing_history import asked_lately, histories
from services.database import audit, outbox
from services.database.engine import Database
from services.errors import Rejected
from services.events.incoming import Launch, LaunchPlan, VacancyClosed, read_launch_plan
from services.events.statement import Statement
from services.identity import derive_id
from services.people.rules.ambassador import SharingPreferences
from services.people.store import people, sharing_preferences
from services.people.store.people import Person
from services.post import PostState
from services.posts.cancel_posts import close_vacancies
from services.posts.store import posts
from services.voice import NoDraft
from tests.builders import NOW, ambassador, campaign, event, fact, organise, story, vacancy
from tests.fakes import MemoryLog

RIK = Person(
    id="rik", email="rik@example.org", name="Rik", language="nl", roles=frozenset({"recruiter"})
)
EVERYBODY = [ambassador(number) for number in range(1, 31)]
OUTSIDER = ambassador(90, language="en", crafts=(), role="", team="", region="")
CAMPAIGN = derive_id("campaign", "vacancy", "v-1")
EVERYBODY_AT_ONCE = LaunchPlan()
HANDFUL = LaunchPlan(launch=Launch.HANDFUL)


@pytest.fixture
async def staffed(database: Database) -> Database:
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [*EVERYBODY, OUTSIDER], now=NOW)
        await people.save_person(transaction, RIK, now=NOW)
    return database


async def start(
    database: Database, content: Any, extensions: Mapping[str, Any] | None = None
) -> list[Statement]:
    stated = fact(content)
    stated = replace(stated, event=replace(stated.event, extensions=dict(extensions or {})))
    async with database.write() as transaction:
        return await start_campaigns(transaction, [stated], NOW)


async def prepare(database: Database) -> None:
    assert await start(database, vacancy(), {"launch": "review"}) == []


async def launched(
    database: Database, plan: LaunchPlan = EVERYBODY_AT_ONCE, now: datetime = NOW
) -> int:
    async with database.write() as transaction:
        return await launch(transaction, campaign_id=CAMPAIGN, plan=plan, by=RIK, now=now)


async def requested(database: Database) -> list[dict[str, Any]]:
    """Who was asked by the share requests in the outbox, in order."""
    async with database.read() as transaction:
        rows = await outbox.oldest(transaction, 10_000)
    return [
        asked
        for row in rows
        if row.topic == "share.requested"
        for asked in json.loads(row.event)["data"]["asked"]
    ]


async def standing(database: Database, campaign_id: str = CAMPAIGN) -> tuple[int, int, int]:
    async with database.read() as transaction:
        sizes = await audience.sizes(transaction, campaign_id)
    return sizes.proposed, sizes.asked, sizes.removed


# --- how it begins --------------------------------------------------------------------------------


async def test_no_one_is_asked_before_a_manager_launches(staffed: Database) -> None:
    """A prepared campaign has its list and no requests, however often it is announced."""
    await prepare(staffed)
    await prepare(staffed)
    assert await standing(staffed) == (30, 0, 0)
    async with staffed.read() as transaction:
        found = await campaigns.get(transaction, CAMPAIGN)
        assert found is not None
        assert found.state == "prepared"
        assert (await audience.sizes(transaction, CAMPAIGN)).asked == 0


async def test_a_handful_is_asked_and_the_others_wait(staffed: Database) -> None:
    """The event's wish asks five to ten at once, and says when the others follow."""
    statements = await start(staffed, vacancy(), {"launch": "handful", "widenafterhours": 24})
    assert [each.event.type for each in statements] == ["campaign.started", "share.requested"]
    assert statements[0].event.data["audience"] == 10
    assert sorted(each["rank"] for each in statements[1].event.data["asked"]) == list(range(10))
    assert await standing(staffed) == (20, 10, 0)
    async with staffed.read() as transaction:
        found = await campaigns.get(transaction, CAMPAIGN)
    assert found is not None
    assert found.widen_at == NOW + timedelta(hours=24)


async def test_without_a_wish_everybody_is_asked(staffed: Database) -> None:
    """An event from another system works as it always did; few are asked by one event."""
    statements = await start(staffed, vacancy())
    assert [len(each.event.data["asked"]) for each in statements[1:]] == [25, 5]
    assert len({each.event.id for each in statements}) == 3
    assert await standing(staffed) == (0, 30, 0)


@pytest.mark.parametrize(
    "extensions",
    [
        {"launch": "sometimes"},
        {"launch": 3},
        {"launch": "handful", "widenafterhours": 0},
        {"launch": "handful", "widenafterhours": 24 * 60 + 1},
        {"launch": "handful", "widenafterhours": "24"},
        {"launch": "handful", "widenafterhours": True},
        {"launch": "review", "widenafterhours": 24},
        {"widenafterhours": 24},
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_at_the_edge(extensions: Any) -> None:
    """The sender reads what to write, and nothing reaches the log."""
    log = MemoryLog()
    wrong = replace(event(vacancy()), extensions=extensions)
    acceptance = await accept(log, [wrong.as_dict()])
    (refusal,) = acceptance.refused
    assert refusal.remedy
    assert not log.records


@pytest.mark.parametrize(
    "plan", [LaunchPlan(), HANDFUL, replace(HANDFUL, widen_after=timedelta(3))]
)
def test_a_wish_is_read_as_it_was_written(plan: LaunchPlan) -> None:
    """What a page asks for is what the campaign does."""
    assert read_launch_plan(plan.as_extensions()) == plan


# --- the list -------------------------------------------------------------------------------------


async def test_the_list_is_changed_and_launched(staffed: Database) -> None:
    """Who was taken off is not asked, who was added is, and reads by whom."""
    await prepare(staffed)
    async with staffed.write() as transaction:
        for person in EVERYBODY[:3]:
            await remove_from_audience(
                transaction, campaign_id=CAMPAIGN, ambassador_id=person.id, by=RIK, now=NOW
            )
        for person in (EVERYBODY[2], OUTSIDER, OUTSIDER):
            await add_to_audience(
                transaction, campaign_id=CAMPAIGN, ambassador_id=person.id, by=RIK, now=NOW
            )
    assert await standing(staffed) == (29, 0, 2)
    assert await launched(staffed) == 29
    asked = {each["ambassador_id"]: each for each in await requested(staffed)}
    assert asked.keys() == {OUTSIDER.id, *(person.id for person in EVERYBODY[2:])}
    assert asked[OUTSIDER.id]["reason"] == "added by Rik"
    assert asked[OUTSIDER.id]["rank"] == 30
    async with staffed.read() as transaction:
        entries = await audit.of(transaction, CAMPAIGN)
    assert [entry.action for entry in entries].count("audience.removed") == 3
    assert entries[-1].action == "campaign.launched"
    assert {entry.actor for entry in entries} == {"rik"}


async def test_who_was_asked_cannot_be_taken_off(staffed: Database) -> None:
    """A request that went out is not undone behind somebody's back."""
    await start(staffed, vacancy())
    async with staffed.write() as transaction:
        with pytest.raises(Rejected, match="asked already"):
            await remove_from_audience(
                transaction, campaign_id=CAMPAIGN, ambassador_id=EVERYBODY[0].id, by=RIK, now=NOW
            )
        with pytest.raises(Rejected, match="no such ambassador"):
            await add_to_audience(
                transaction, campaign_id=CAMPAIGN, ambassador_id="nobody", by=RIK, now=NOW
            )


async def test_a_campaign_is_launched_once(staffed: Database) -> None:
    """A second press of the button asks no one twice and says so."""
    await prepare(staffed)
    assert await launched(staffed) == 30
    with pytest.raises(Rejected, match=r"nobody is on the list|launched already"):
        await launched(staffed)
    assert len(await requested(staffed)) == 30


async def test_an_empty_list_is_not_launched(staffed: Database) -> None:
    """Without anybody on the list the recruiter is asked to add a colleague."""
    nobody_fits = vacancy(language="de", crafts=["Vulkanologie"], team=None, location=None)
    assert await start(staffed, nobody_fits, {"launch": "review"}) == []
    with pytest.raises(Rejected, match="nobody is on the list"):
        await launched(staffed)


async def test_a_vacancy_that_closed_meanwhile_is_not_launched(staffed: Database) -> None:
    """Closing a prepared campaign is the end of it, and no one hears of either."""
    await prepare(staffed)
    async with staffed.write() as transaction:
        closed = fact(VacancyClosed(vacancy_id="v-1"))
        await close_vacancies(transaction, [closed], NOW)
        assert await outbox.oldest(transaction, 100) == []
    with pytest.raises(Rejected, match="has ended"):
        await launched(staffed)
    async with staffed.write() as transaction:
        with pytest.raises(Rejected, match="has ended"):
            await add_to_audience(
                transaction, campaign_id=CAMPAIGN, ambassador_id=OUTSIDER.id, by=RIK, now=NOW
            )


async def test_a_vacancy_past_its_last_day_is_not_launched(staffed: Database) -> None:
    """The list may wait longer than the vacancy."""
    await start(staffed, vacancy(closes_at=NOW + timedelta(days=1)), {"launch": "review"})
    with pytest.raises(Rejected, match="the vacancy closed"):
        await launched(staffed, now=NOW + timedelta(days=2))


# --- widening -------------------------------------------------------------------------------------


async def test_widening_appends_ranks_and_asks_each_person_once(staffed: Database) -> None:
    """Those who waited keep their ranks, newcomers follow, who was taken off stays off."""
    await prepare(staffed)
    async with staffed.write() as transaction:
        await remove_from_audience(
            transaction, campaign_id=CAMPAIGN, ambassador_id=EVERYBODY[0].id, by=RIK, now=NOW
        )
    first = await launched(staffed, HANDFUL)
    assert 5 <= first <= 10
    async with staffed.write() as transaction:
        await people.save_ambassadors(transaction, [ambassador(70), ambassador(71)], now=NOW)
    later = NOW + timedelta(days=3)
    for expected in (31 - first, 0):
        async with staffed.write() as transaction:
            assert await widen(transaction, campaign_id=CAMPAIGN, now=later) == expected
    asked = await requested(staffed)
    assert len({each["ambassador_id"] for each in asked}) == len(asked) == 31
    assert len({each["rank"] for each in asked}) == 31
    ranks = {each["ambassador_id"]: each["rank"] for each in asked}
    assert {ranks[ambassador(number).id] for number in (70, 71)} == {30, 31}
    assert EVERYBODY[0].id not in ranks


async def test_a_campaign_widens_by_itself(staffed: Database) -> None:
    """At its moment and not before, once, and the log says that no one pressed a button."""
    await start(staffed, vacancy(), {"launch": "handful", "widenafterhours": 24})
    assert await widen_due(staffed, NOW + timedelta(hours=23)) == 0
    assert await widen_due(staffed, NOW + timedelta(hours=24)) == 1
    assert await widen_due(staffed, NOW + timedelta(hours=48)) == 0
    assert await standing(staffed) == (0, 30, 0)
    async with staffed.read() as transaction:
        (entry,) = await audit.of(transaction, CAMPAIGN)
    assert (entry.actor, entry.action, entry.detail) == (
        "campaigns",
        "campaign.widened",
        {"asked": 20},
    )


@pytest.mark.parametrize("closes_after", [None, timedelta(hours=12)])
async def test_what_is_over_is_not_widened(
    staffed: Database, closes_after: timedelta | None
) -> None:
    """A campaign that was closed, or whose vacancy is past its last day, asks no one more."""
    closes_at = closes_after and NOW + closes_after
    await start(staffed, vacancy(closes_at=closes_at), {"launch": "handful", "widenafterhours": 24})
    if closes_after is None:
        async with staffed.write() as transaction:
            await close_vacancies(transaction, [fact(VacancyClosed(vacancy_id="v-1"))], NOW)
    await widen_due(staffed, NOW + timedelta(hours=24))
    assert await widen_due(staffed, NOW + timedelta(hours=25)) == 0
    assert await standing(staffed) == (20, 10, 0)


# --- the past -------------------------------------------------------------------------------------


async def test_the_past_is_read_per_person(staffed: Database) -> None:
    """Asked, shared, declined, paused and an own cap each reach the person's history."""
    one, two, three, four = EVERYBODY[:4]
    about = campaign(story("s-1", topics=["Concrete"]), started_at=NOW - timedelta(days=2))
    other = campaign(story("s-2", topics=["koken"]))
    async with staffed.write() as transaction:
        drafts = await organise(transaction, [one, two, three], [about, other])
        for draft in drafts:
            after = {one.id: PostState.PUBLISHED, two.id: PostState.DECLINED}.get(
                draft.ambassador_id
            )
            if after is not None:
                published_at = NOW - timedelta(days=1) if after is PostState.PUBLISHED else None
                await posts.move(
                    transaction,
                    draft.id,
                    before=PostState.READY,
                    after=after,
                    published_at=published_at,
                )
        await sharing_preferences.save(
            transaction,
            SharingPreferences(
                ambassador_id=four.id, weekly_cap=5, paused_at=NOW - timedelta(hours=1)
            ),
        )
    new = campaign(story("s-3", topics=["beton"]))
    async with staffed.read() as transaction:
        found = await histories(transaction, new, now=NOW)
        assert await asked_lately(transaction, [one.id, four.id], now=NOW, besides=other.id) == {
            one.id: 1
        }
    assert found == {
        one.id: History(asked_lately=2, days_since=0.0, shared=1, shared_about=("beton",)),
        two.id: History(asked_lately=2, days_since=0.0, declined=1),
        three.id: History(asked_lately=2, days_since=0.0),
        four.id: History(weekly_cap=5, paused=True),
    }


MUTE = [
    story(title="Goed nieuws!", body="Goed nieuws!"),
    story(language="fr"),
    vacancy(title="!!!"),
]


REVIEW = {"launch": "review"}
#: A person who looks first may add what a thin story lacks (test_choose_passages).
UNASKED = [
    (content, wish)
    for content in MUTE
    for wish in ({}, {"launch": "handful", "widenafterhours": 24}, REVIEW)
    if not (content is MUTE[0] and wish is REVIEW)
]


@pytest.mark.parametrize(("content", "wish"), UNASKED)
async def test_no_one_is_asked_where_no_text_is_possible(
    staffed: Database, content: Any, wish: dict[str, Any]
) -> None:
    """It has a campaign with no one on its list, now and later, so that no one's past holds it."""
    statements = await start(staffed, content, wish)
    assert [each.event.type for each in statements] in ([], ["campaign.started"])
    identity = derive_id("campaign", *source_of(content))
    assert await widen_due(staffed, NOW + timedelta(days=2)) == 0
    async with staffed.write() as transaction:
        await widen(transaction, campaign_id=identity, by=RIK.id, now=NOW)
        with pytest.raises(NoDraft):
            await add_to_audience(
                transaction, campaign_id=identity, ambassador_id=OUTSIDER.id, by=RIK, now=NOW
            )
        assert await asked_lately(transaction, [EVERYBODY[0].id], now=NOW, besides="") == {}
    assert await standing(staffed, identity) == (0, 0, 0)


async def test_a_tired_team_is_asked_all_the_same(staffed: Database) -> None:
    """Where most of those who fit have a full week, five are asked, the one with room first."""
    async with staffed.write() as transaction:
        await organise(
            transaction, EVERYBODY[:29], [campaign(story("s-1")), campaign(story("s-2"))]
        )
    statements = await start(staffed, vacancy(), {"launch": "handful"})
    asked = [each["ambassador_id"] for each in statements[1].event.data["asked"]]
    assert asked[0] == EVERYBODY[29].id
    assert 5 <= len(asked) <= 10


async def test_a_week_that_is_full_is_respected(staffed: Database) -> None:
    """Who was asked twice this week is not in the handful, though they fit as well."""
    tired = EVERYBODY[:22]
    async with staffed.write() as transaction:
        await organise(transaction, tired, [campaign(story("s-1")), campaign(story("s-2"))])
    statements = await start(staffed, vacancy(), {"launch": "handful"})
    asked = {each["ambassador_id"] for each in statements[1].event.data["asked"]}
    assert asked == {person.id for person in EVERYBODY[22:]}


async def test_managers_do_not_see_who_shared_before(staffed: Database) -> None:
    """The list shows the match; what somebody did with earlier campaigns stays with them."""
    about = campaign(story("s-1", topics=["constructie"]))
    async with staffed.write() as transaction:
        (draft,) = await organise(transaction, EVERYBODY[:1], [about])
        await posts.move(
            transaction,
            draft.id,
            before=PostState.READY,
            after=PostState.PUBLISHED,
            published_at=NOW,
        )
    await prepare(staffed)
    async with staffed.read() as transaction:
        listed = await audience.listed(
            transaction, CAMPAIGN, Standing.PROPOSED, offset=0, limit=100
        )
        stored = {
            each.ambassador_id: each for each in await audience.proposed(transaction, CAMPAIGN)
        }
    assert "je deelde eerder over constructie" in stored[EVERYBODY[0].id].reason
    assert len(listed) == 30
    assert len({each.reasons for each in listed}) == 1
    assert {each.strength for each in listed} == {Strength.STRONG}
    assert all(reason.ground is not Ground.INTEREST for each in listed for reason in each.reasons)
    assert [each.name for each in listed] == sorted(person.name for person in EVERYBODY)


async def test_people_are_found_by_name_and_team(staffed: Database) -> None:
    """A search finds people who are on the list and people who are not, and takes signs literally."""
    await prepare(staffed)
    async with staffed.read() as transaction:
        by_name = await audience.search(transaction, CAMPAIGN, "person 9", limit=20)
        by_team = await audience.search(transaction, CAMPAIGN, "waterkering", limit=20)
        assert await audience.search(transaction, CAMPAIGN, "%", limit=20) == []
    assert [(each.name, each.standing) for each in by_name] == [
        ("Person 9", Standing.PROPOSED),
        ("Person 90", None),
    ]
    assert len(by_team) == 20
