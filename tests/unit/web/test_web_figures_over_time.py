"""The page of figures over time: what its address asks for, as picture, table and sums."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.database import schema
from services.figures.store import figures
from services.figures.store.figures import Figure
from services.identity import ambassador_id
from services.message import said
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.post import PostState
from tests.builders import NOW
from tests.projections import add_clicks, judged_click
from tests.unit.web.organisation import Organisation, story

DAY = timedelta(days=1)


async def shared_by(organisation: Organisation, many: int, story_id: str = "s-1") -> str:
    """A story that ``many`` people share ten days ago, one click and a reach of 100 each; its campaign."""
    about = await organisation.campaign(story(story_id=story_id, title=f"Verhaal {story_id}"))
    fresh, told = [], []
    for place in range(many):
        email = f"person{place}@example.org"
        person = Ambassador(
            id=ambassador_id(email), email=email, name=f"Person {place}", language="nl"
        )
        async with organisation.database.write() as transaction:
            await people.save_ambassadors(transaction, [person], now=NOW)
        at = NOW - 10 * DAY
        post = await organisation.post(
            about, person, state=PostState.PUBLISHED, published_at=at, charged=200_000
        )
        fresh.append(judged_click(post.id, post.link_code, clicked_at=at + DAY))
        told.append(
            Figure(
                post_id=post.id,
                metric="reach",
                tag="measured",
                value=100,
                source=said("LinkedIn"),
                measured_at=at + DAY,
            )
        )
    async with organisation.database.write() as transaction:
        await transaction.execute(schema.posts.update().values(team="Sluizen & dijken"))
        await add_clicks(transaction, fresh)
        await figures.add_figures(transaction, told)
        await people.remember_headcount(transaction, now=NOW)
    return about.id


async def _page(organisation: Organisation, query: str = "") -> str:
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await browser.get(f"/figures{query}")
        assert answer.status_code == 200
        return answer.text


def _table(page: str) -> list[tuple[str, ...]]:
    """The rows behind the picture: when, this period, the one before."""
    body = re.search(
        r'<figure class="chart">.*?<tbody role="rowgroup">(.*?)</tbody>', page, re.DOTALL
    )
    assert body
    return [
        tuple(
            re.sub(r"<[^>]*>", "", cell)
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        )
        for row in re.findall(r"<tr.*?</tr>", body[1], re.DOTALL)
    ]


def _tile(page: str, series: str) -> str:
    found = re.search(rf'<li><a href="[^"]*show={series}[^"]*".*?</a></li>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split()) if found else ""


async def test_the_picture_and_its_table_tell_the_same(organisation: Organisation) -> None:
    """A point a day, what it says on the table behind, and the sum on its tile with tag and before."""
    await shared_by(organisation, 6)
    page = await _page(organisation)
    rows = _table(page)
    assert len(rows) == 30
    assert [row for row in rows if row[1] != "0"] == [("Nov 15", "6", "Oct 16: 0")]
    assert page.count("<title>Nov 15: 6 · Oct 16: 0</title>") == 2
    assert _tile(page, "human.measured") == "People who clicked 6 measured before: 0"
    assert _tile(page, "posts.measured") == "Posts published 6 measured before: 0"
    assert "<dd>75% " in page
    assert "6 of the 8 ambassadors there were on 24 Nov 2026." in page
    assert "$1.20" in page
    months = _table(await _page(organisation, "?range=12m&show=reach.measured"))
    assert len(months) == 12
    assert months[-1] == ("Nov 2026", "600", "Nov 2025: 0")


async def test_the_period_before_is_beside_it(organisation: Organisation) -> None:
    """A range that ended before the clicks shows none; the next one has them as before."""
    await shared_by(organisation, 6)
    page = await _page(organisation, "?range=own&from=2026-11-16&to=2026-11-24")
    assert _tile(page, "human.measured").endswith("0 measured before: 6")
    assert ("Nov 24", "0", "Nov 15: 6") in _table(page)


@pytest.mark.parametrize("by", ["campaign", "network", "language", "team", "kind"])
async def test_every_row_leads_to_its_own_figures(organisation: Organisation, by: str) -> None:
    """A row of each dimension is a link to that value alone, with a way back."""
    await shared_by(organisation, 6)
    page = await _page(organisation, f"?by={by}")
    (address,) = re.findall(
        rf'scope="row" dir="auto"><a href="/figures(\?[^"]*of={by}%3A[^"]*)"', page
    )
    alone = await _page(organisation, address.replace("&amp;", "&"))
    assert _tile(alone, "reach.measured").startswith("Reach 600 measured")
    assert '<tr role="row" class="chosen">' in alone
    assert ">Show everything</a>" in alone


async def test_a_campaign_leads_to_its_page_and_back(organisation: Organisation) -> None:
    """From a campaign's page to its figures over time, and from there to the page."""
    campaign_id = await shared_by(organisation, 6)
    alone = f"?of={quote(f'campaign:{campaign_id}')}"
    assert f'<a href="/stories/{campaign_id}/campaign">' in await _page(organisation, alone)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get(f"/stories/{campaign_id}/campaign")).text
    assert f"/figures?of=campaign%3A{campaign_id}" in page


async def test_tables_are_sorted_by_what_is_asked(organisation: Organisation) -> None:
    """Most first by a figure, and by name when that is asked; the heading says which."""
    await shared_by(organisation, 5, "s-a")
    await shared_by(organisation, 7, "s-b")

    async def order(query: str) -> list[str]:
        page = await _page(organisation, query)
        return re.findall(r'scope="row" dir="auto"><a [^>]*>(Verhaal [^<]*)</a>', page)

    assert await order("?by=campaign") == ["Verhaal s-b", "Verhaal s-a"]
    assert await order("?by=campaign&sort=name") == ["Verhaal s-a", "Verhaal s-b"]
    assert 'aria-sort="descending"' in await _page(organisation)


async def test_a_table_shows_its_first_rows_and_leads_to_all(organisation: Organisation) -> None:
    """Ten campaigns in the order asked for, then all of them in that order."""
    for place in range(12):
        await shared_by(organisation, 5, f"s-{place:02}")

    async def order(query: str) -> tuple[list[str], list[str]]:
        page = await _page(organisation, query)
        names = re.findall(r'scope="row" dir="auto"><a [^>]*>Verhaal s-(\d\d)</a>', page)
        return names, re.findall(r'<a href="/figures([^"]*)#divided">Show 2 more</a>', page)

    names = [f"{place:02}" for place in range(12)]
    first, (rest,) = await order("?sort=name")
    assert first == names[:10]
    assert await order(rest.replace("&amp;", "&")) == (names, [])


async def test_a_small_group_changes_nothing_on_the_page(organisation: Organisation) -> None:
    """Clicks and reach of four people are on no picture, in no sum and in no row."""
    await shared_by(organisation, 6)
    queries = ["", *(f"?by={by}&show=reach.measured" for by in ("network", "team", "kind"))]
    before = [said_by_text(await _page(organisation, query)) for query in queries]
    small = await shared_by(organisation, 4, "s-small")
    assert [said_by_text(await _page(organisation, query)) for query in queries] == before
    alone = await _page(organisation, f"?of=campaign:{small}")
    assert "fewer than five colleagues have figures" in alone
    assert "<svg" not in alone


@pytest.mark.parametrize(
    "of", ["all:", "campaign:", "kind:story", "network:linkedin", "language:nl"]
)
async def test_what_came_before_the_fifth_counts_on_that_day(
    organisation: Organisation, of: str
) -> None:
    """Of clicks on the days before and after the fifth shared, each is on one day, however divided."""
    campaign = await shared_by(organisation, 6)
    days = [NOW - days * DAY for days in (14, 12, 9)]
    async with organisation.database.write() as transaction:
        post = (await transaction.execute(sa.select(schema.posts).limit(1))).one()
        clicked = [judged_click(f"c-{day}", post.link_code, clicked_at=day) for day in days]
        await add_clicks(transaction, clicked)
    asked = f"campaign:{campaign}" if of == "campaign:" else of
    rows = _table(await _page(organisation, f"?of={asked}"))
    assert [row[:2] for row in rows if row[1] != "0"] == [("Nov 14", "2"), ("Nov 15", "7")]


def said_by_text(page: str) -> str:
    """The part of the page that is about a time."""
    return page[page.index('class="asked"') : page.index("Since the beginning")]


@pytest.mark.parametrize(
    "query",
    [
        "?range=own&from=0001-01-01&to=9999-12-31",
        "?range=%22&of=team:&by=password&show=human.estimated&sort=%27",
        "?of=team:%27%3BDROP%20TABLE%20posts%3B--&range=7",
        "?of=all:&range=own&from=&to=",
        "?range=own&from=1995-01-01&to=2199-12-31&show=reach.estimated",
        "?of=campaign:%ff&show=.&sort=posts.measured&by=language",
    ],
)
async def test_any_range_in_the_address_is_answered(organisation: Organisation, query: str) -> None:
    """What cannot be read is as if it were not there."""
    await shared_by(organisation, 5)
    page = await _page(organisation, query)
    assert "<h1>Figures</h1>" in page


async def test_the_page_scans_no_single_clicks(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing on the page of figures is read from the table of single clicks."""
    await shared_by(organisation, 5)
    asked: list[str] = []
    execute = AsyncConnection.execute

    async def recorded(
        self: AsyncConnection, statement: sa.Executable, *given: Any, **options: Any
    ) -> Any:
        asked.append(str(statement))
        return await execute(self, statement, *given, **options)

    monkeypatch.setattr(AsyncConnection, "execute", recorded)
    await _page(organisation, "?of=network:linkedin&by=team")
    assert any("click_cells" in each for each in asked)
    assert not [each for each in asked if re.search(r"(FROM|JOIN|,) clicks\b", each)]
