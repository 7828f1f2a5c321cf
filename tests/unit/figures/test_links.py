"""Short links: where they lead, and what of a click is kept."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.campaigns.store import campaigns
from services.database.engine import Database
from services.errors import RetryLater
from services.events.catalogue import read_data
from services.figures.follow_link import Links, Visit, with_utm
from services.figures.refresh_links import LinkRefresher
from services.figures.rules.link_table import LinkTable
from services.figures.store import figures
from services.identity import link_code
from services.message import said
from services.post import Post
from tests.builders import NOW, ambassador, campaign, organise, story, vacancy
from tests.fakes import MemoryClicks


async def follow(links: Links, code: str, user_agent: str = "Firefox") -> str | None:
    """As a visitor does."""
    target = await links.target(code)
    if target is None:
        return None
    visit = Visit("GET", "192.0.2.7", user_agent, prefetch=False)
    await (links.record(code, visit) or links.record_first(code, visit))
    return links.address(target, code)


class Door:
    """Links over a real database, with a clock that tests move."""

    def __init__(self, database: Database, careers: str = "https://example.org/werken") -> None:
        self.database = database
        self.now = NOW
        self.clicks = MemoryClicks()
        self.table = LinkTable()
        self.refresher = LinkRefresher(database, self.table, clock=lambda: self.now)
        self.links = self.another(careers)

    def another(self, careers: str = "") -> Links:
        return Links(
            table=self.table,
            database=self.database,
            sink=self.clicks,
            clock=lambda: self.now,
            home="https://zwaan.example",
            careers=careers,
        )

    async def post(self, about: Any) -> Post:
        async with self.database.write() as transaction:
            (post,) = await organise(transaction, [ambassador(1)], [campaign(about)])
        return post

    @property
    def visitors(self) -> list[str]:
        return [click.event.data["visitor"] for click in self.clicks.clicks]


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


async def test_a_link_leads_to_its_story_with_tags(door: Door) -> None:
    """The target carries UTM tags that name network, campaign and link; the click is a valid event."""
    post = await door.post(story())
    target = await follow(door.links, post.link_code)
    assert target is not None
    assert target.startswith("https://example.org/verhalen/sluis?")
    assert parse_qs(urlsplit(target).query) == {
        "utm_source": ["linkedin"],
        "utm_medium": ["employee_advocacy"],
        "utm_campaign": ["sluis-1"],
        "utm_content": [post.link_code],
        "zw": [post.link_code],
    }
    (click,) = door.clicks.clicks
    assert click.key == post.link_code
    assert read_data(click.event)


async def test_an_unknown_code_leads_nowhere_and_counts_nothing(door: Door) -> None:
    """There is no click without a link."""
    for code in ("nothing", link_code("nobody's")):
        assert await follow(door.links, code) is None
    assert door.clicks.clicks == []


async def test_a_closed_vacancy_leads_to_the_careers_page(door: Door) -> None:
    """Soon after the closing, also for who looked before; without such a page to the home page."""
    post = await door.post(vacancy())
    await door.refresher.refresh()
    before = await follow(door.links, post.link_code)
    assert before is not None
    assert before.startswith("https://example.org/vacatures/v-1")
    async with door.database.write() as transaction:
        await campaigns.close(transaction, post.campaign_id, now=door.now)
    assert await door.refresher.refresh()
    assert await follow(door.links, post.link_code) == "https://example.org/werken"
    assert await follow(door.another(), post.link_code) == "https://zwaan.example"


async def test_a_closed_story_keeps_its_address(door: Door) -> None:
    """A story is there to be read after its campaign has ended."""
    post = await door.post(story())
    async with door.database.write() as transaction:
        await campaigns.close(transaction, post.campaign_id, now=door.now)
    target = await follow(door.links, post.link_code)
    assert target is not None
    assert target.startswith("https://example.org/verhalen/sluis")


async def test_a_story_without_an_address_is_shown_here(door: Door) -> None:
    """Its page is ours."""
    post = await door.post(story(url=None))
    target = await follow(door.links, post.link_code)
    assert target == f"https://zwaan.example/stories/{post.campaign_id}"


async def test_who_asks_at_once_for_one_link_asks_once(database: Database) -> None:
    """One look-up for all of them; a visitor who goes away leaves it to the others."""
    counting = Counting(database._engine)
    door = Door(counting)
    post = await door.post(story())
    asking = [asyncio.ensure_future(door.links.target(post.link_code)) for _ in range(50)]
    await asyncio.sleep(0)
    asking[0].cancel()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert len({*found[1:]}) == 1
    assert counting.reads == 1
    door.now += timedelta(seconds=3)
    await door.links.target(post.link_code)
    assert counting.reads == 2


async def test_no_address_is_kept_and_a_visitor_has_one_key_a_day(door: Door) -> None:
    """The same visitor is recognised on one day in every process, and on no other day."""
    post = await door.post(story())
    other = door.another()
    await follow(door.links, post.link_code)
    await follow(other, post.link_code)
    door.now = NOW.replace(hour=23, minute=59)
    await follow(door.links, post.link_code)
    door.now += timedelta(minutes=2)
    await follow(door.links, post.link_code)
    first, second, third, next_day = door.visitors
    assert first == second == third != next_day
    assert "192.0.2.7" not in json.dumps([click.event.as_dict() for click in door.clicks.clicks])


async def test_salts_are_destroyed_after_two_days(door: Door) -> None:
    """What could tell who a visitor was is gone for good."""
    post = await door.post(story())
    for _ in range(3):
        await follow(door.links, post.link_code)
        door.now += timedelta(days=1)
    async with door.database.read() as transaction:
        assert sorted(await figures.salts(transaction)) == ["2026-11-25", "2026-11-26"]


class Counting(Database):
    """A database that counts how often it is read."""

    reads = 0

    def read(self) -> Any:
        self.reads += 1
        return super().read()


class Flaky(Database):
    """A database that can be away."""

    away = False

    def write(self) -> Any:
        if self.away:
            raise RetryLater(said("the database is away"))
        return super().write()

    def read(self) -> Any:
        if self.away:
            raise RetryLater(said("the database is away"))
        return super().read()


async def test_while_the_database_is_away_known_links_lead_on_and_count(
    database: Database,
) -> None:
    """What the table has needs no database, and on a new day the click counts all the same."""
    flaky = Flaky(database._engine)
    door = Door(flaky)
    post = await door.post(story())
    assert await door.refresher.refresh()
    target = await follow(door.links, post.link_code)
    flaky.away = True
    door.now += timedelta(days=1)
    for _ in range(2):
        assert await follow(door.links, post.link_code) == target
    assert len(door.clicks.clicks) == 3
    assert door.visitors[1] == door.visitors[2] != door.visitors[0]
    with pytest.raises(RetryLater):
        await follow(door.links, link_code("a link of today"))
    assert await follow(door.links, "no-link-of-ours") is None


async def test_what_a_request_says_is_cut_and_cleaned(door: Door) -> None:
    """A hostile user agent becomes a valid event."""
    post = await door.post(story())
    await follow(door.links, post.link_code, "a\x00\ud800\n" + "x" * 9000)
    data = door.clicks.clicks[0].event.data
    assert data["user_agent"].startswith("a\nxxx")
    assert len(data["user_agent"]) <= 300
    assert read_data(door.clicks.clicks[0].event)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org", "https://e.org?T"),
        ("https://e.org/a#b", "https://e.org/a?T#b"),
        ("https://e.org/?q=a%20b&flag&sig=x%2Fy", "https://e.org/?q=a%20b&flag&sig=x%2Fy&T"),
        ("https://e.org/é?ü=ß", "https://e.org/é?ü=ß&T"),
    ],
)
def test_an_address_keeps_what_it_has(url: str, expected: str) -> None:
    """The tags come after the query, which stays byte for byte; the fragment stays at the end."""
    tags = "utm_source=x&utm_medium=employee_advocacy&utm_campaign=c+%26&utm_content=k&zw=k"
    assert with_utm(url, source="x", campaign="c &", content="k") == expected.replace("T", tags)


def test_tags_that_are_there_already_stay() -> None:
    """Marketing's own tags win."""
    url = "https://e.org/?utm_source=own&utm_campaign=c"
    tagged = with_utm(url, source="x", campaign="d", content="k")
    assert parse_qs(urlsplit(tagged).query) == {
        "utm_source": ["own"],
        "utm_campaign": ["c"],
        "utm_medium": ["employee_advocacy"],
        "utm_content": ["k"],
        "zw": ["k"],
    }
