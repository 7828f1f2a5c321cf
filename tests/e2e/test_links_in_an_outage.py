"""Short links while PostgreSQL is away: in pages that run, and in pages that start meanwhile."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests

from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.migrate import migrate
from services.identity import link_code
from streams.serving.link_file import LinkFile
from tests.builders import NOW, ambassador, campaign, organise, story, vacancy
from tests.e2e.zwaan_process import Running, running
from tests.servers.postgres import Postgres
from tests.servers.process import free_port

pytestmark = pytest.mark.postgres

PEOPLE = [ambassador(number) for number in range(100)]
VACANCY, STORY = campaign(vacancy()), campaign(story(url=None))
STORY_PAGE = f"/stories/{STORY.id}"
#: No one needs a broker to follow a link: clicks wait in the journal.
NO_BROKER = "kafka://127.0.0.1:9"


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A cluster of this test alone, which it may stop."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(folder=Path(folder), port=free_port())
        try:
            yield postgres
        finally:
            postgres.stop()


def organised(url: str, *about: campaigns.Campaign) -> list[str]:
    """Store campaigns with a link for everybody; returns the codes."""

    async def store() -> list[str]:
        database = Database.open(url)
        await migrate(database)
        async with database.write() as transaction:
            drafts = await organise(transaction, PEOPLE, about)
        await database.close()
        return [post.link_code for post in drafts]

    return asyncio.run(store())


def close(url: str, campaign_id: str) -> None:
    async def carry_out() -> None:
        database = Database.open(url)
        async with database.write() as transaction:
            await campaigns.close(transaction, campaign_id, now=NOW)
        await database.close()

    asyncio.run(carry_out())


def answers(web: Running, codes: Sequence[str]) -> Counter[int]:
    with requests.Session() as visitor:
        return Counter(
            visitor.get(f"{web.url}/r/{code}", allow_redirects=False, timeout=20).status_code
            for code in codes
        )


def status(web: Running, path: str) -> int:
    return web.get(path, allow_redirects=False).status_code


def is_alive(web: Running) -> bool:
    try:
        return status(web, "/healthz") == requests.codes.ok
    except requests.RequestException:
        return False


def knows(data: Path, codes: Sequence[str]) -> bool:
    table = LinkFile(data / "links.table").read()
    return table is not None and all(table.target(code) for code in codes)


def test_every_link_leads_on_without_a_database(server: Postgres, tmp_path: Path) -> None:
    """Of 1,000 links none is refused, in running pages or in fresh ones, and both become whole
    again by themselves."""
    url, data = server.start(), tmp_path / "data"
    codes = organised(url, VACANCY, STORY, *(campaign(story(story_id=f"s{n}")) for n in range(8)))
    assert len(codes) == 1_000
    environment = {"ZWAAN_DATABASE_URL": url, "ZWAAN_BROKER": NO_BROKER}
    with running("web", data=data, port=free_port(), **environment) as before:
        before.wait_for(lambda: is_alive(before) and knows(data, codes))
        server.stop()
        with running("web", data=data, port=free_port(), **environment) as fresh:
            fresh.wait_for(lambda: is_alive(fresh))
            for web in (before, fresh):
                assert answers(web, codes) == {302: 1_000}
                refused = web.get(f"/r/{link_code('of today')}")
                assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
                assert status(web, "/r/not-one-of-ours") == 404
                assert status(web, STORY_PAGE) == 503
            # What it holds is put aside, and tried again, every second.
            assert sum(each.stat().st_size for each in data.glob("clicks.journal*")) > 0

            server.start()
            more = organised(url, campaign(story(story_id="after")))
            close(url, VACANCY.id)
            for web in (before, fresh):
                web.wait_for(lambda web=web: status(web, STORY_PAGE) == 200)
                assert answers(web, [*codes, *more]) == {302: 1_100}
                web.wait_for(
                    lambda web=web: (
                        web.get(f"/r/{codes[0]}", allow_redirects=False).headers["Location"]
                        == web.url
                    )
                )


def test_pages_make_the_database_that_comes_after_them(server: Postgres, tmp_path: Path) -> None:
    """Where Zwaan never ran, pages that started too early answer as soon as the server does."""
    url = server.start()
    server.stop()
    with running(
        "web",
        data=tmp_path / "data",
        port=free_port(),
        ZWAAN_DATABASE_URL=url,
        ZWAAN_BROKER=NO_BROKER,
    ) as web:
        web.wait_for(lambda: is_alive(web))
        assert status(web, STORY_PAGE) == 503
        server.start()
        web.wait_for(lambda: status(web, STORY_PAGE) == 404)
