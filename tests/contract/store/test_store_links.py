"""What is read of links, and how a table of them keeps up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.campaigns.store import campaigns
from services.database.engine import Database
from services.figures import refresh_links
from services.figures.refresh_links import LinkRefresher
from services.figures.rules.link_table import LinkTable, Target
from services.figures.store import links
from services.post import Post
from services.posts.store import posts
from services.posts.store.posts import NewPost
from tests.builders import NOW, ambassador, campaign, draft, organise, story, vacancy

PEOPLE = [ambassador(number) for number in range(3)]
STORY = campaign(story(url=None))
VACANCY = campaign(vacancy())


class Reader:
    """A table that keeps up with a database, with a clock that tests move."""

    def __init__(self, database: Database, table: LinkTable | None = None) -> None:
        self.database = database
        self.table = table or LinkTable()
        self.now = NOW
        self._refresher = LinkRefresher(database, self.table, clock=lambda: self.now)

    async def refresh(self) -> bool:
        return await self._refresher.refresh()

    async def knows_all(self, found: list[Post]) -> bool:
        """Whether it leads every link to where the database does, and has no other."""
        async with self.database.read() as transaction:
            wanted = {
                post.link_code: await links.target(transaction, post.link_code) for post in found
            }
        assert None not in wanted.values()
        return len(self.table) == len(found) and wanted == {
            code: self.table.target(code) for code in wanted
        }


async def organised(database: Database, *about: Any) -> list[Post]:
    async with database.write() as transaction:
        return await organise(transaction, PEOPLE, about, networks=("linkedin", "x"))


async def add(database: Database, *fresh: Post) -> None:
    async with database.write() as transaction:
        await posts.add(transaction, [NewPost(post=post, recipe={}) for post in fresh])


async def test_a_table_keeps_up(database: Database, monkeypatch: Any) -> None:
    """Links that were there, in pages of which one moment fills several, links that are new, and
    campaigns that close."""
    monkeypatch.setattr(refresh_links, "_PAGE", 2)
    monkeypatch.setattr(refresh_links, "_UNSETTLED", 3)
    found = await organised(database, STORY)
    reader = Reader(database)
    assert await reader.refresh()
    assert await reader.knows_all(found)
    assert not await reader.refresh()

    found += await organised(database, VACANCY)
    async with database.write() as transaction:
        fresh = draft(VACANCY, PEOPLE[0], "mastodon", created_at=NOW + timedelta(seconds=1))
        await posts.add(transaction, [NewPost(post=fresh, recipe={})])
        await campaigns.close(transaction, VACANCY.id, now=NOW)
    reader.now += timedelta(minutes=1)
    assert await reader.refresh()
    assert await reader.knows_all([*found, fresh])
    target = reader.table.target(fresh.link_code)
    assert target is not None
    assert target.campaign.closed
    assert not await reader.refresh()


async def test_a_late_commit_is_found(database: Database) -> None:
    """A link whose time is before what was read already is taken in within a minute."""
    (first, *_) = await organised(database, STORY)
    reader = Reader(database)
    newest = draft(STORY, PEOPLE[1], "mastodon", created_at=NOW + timedelta(seconds=90))
    await add(database, newest)
    await reader.refresh()
    late = draft(STORY, PEOPLE[2], "mastodon", created_at=NOW - timedelta(seconds=20))
    await add(database, late)
    reader.now += timedelta(minutes=1, seconds=1)
    assert await reader.refresh()
    assert reader.table.target(late.link_code) == Target(
        reader.table.target(first.link_code).campaign,  # type: ignore[union-attr]
        "mastodon",
    )


async def test_what_is_read_on_from_a_file_is_compared(database: Database) -> None:
    """A table that was of this database goes on; campaigns that closed meanwhile are closed."""
    found = await organised(database, VACANCY)
    before = Reader(database)
    await before.refresh()
    stored = before.table.to_bytes()
    async with database.write() as transaction:
        await campaigns.close(transaction, VACANCY.id, now=NOW - timedelta(hours=9))
    found += await organised(database, STORY)
    after = Reader(database, LinkTable.from_bytes(stored))
    assert await after.refresh()
    assert await after.knows_all(found)


async def test_a_table_of_another_database_is_read_anew(database: Database) -> None:
    """Links that are not in this database lead nowhere, although a file has them."""
    found = await organised(database, STORY)
    other = Reader(database)
    await other.refresh()
    foreign = draft(STORY, ambassador(9))
    async with database.read() as transaction:
        (known,) = await links.campaigns_by_id(transaction, [STORY.id])
    other.table.know([known])
    other.table.add([links.NewLink(foreign.link_code, STORY.id, "linkedin")])
    mixed = Reader(database, LinkTable.from_bytes(other.table.to_bytes()))
    assert mixed.table.target(foreign.link_code) is not None
    assert await mixed.refresh()
    assert mixed.table.target(foreign.link_code) is None
    assert await mixed.knows_all(found)


async def test_an_empty_database_makes_an_empty_table(database: Database) -> None:
    """Before the first campaign nothing is new, and a foreign file is emptied."""
    reader = Reader(database)
    assert not await reader.refresh()
    stranger = LinkTable()
    stranger.know(
        [links.LinkedCampaign(id="c", kind="story", source_id="s", url=None, closed=False)]
    )
    post = draft(STORY, PEOPLE[0])
    stranger.add([links.NewLink(post.link_code, "c", "x")])
    stranger.mark = links.LinkMark(NOW, post.link_code)
    foreign = Reader(database, stranger)
    assert await foreign.refresh()
    assert len(foreign.table) == 0
