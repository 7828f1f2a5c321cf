"""``GET /api/v1/figures``: what managers see, for dashboards, a page at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.post import PostState
from tests.builders import NOW
from tests.unit.web.organisation import Organisation, story
from tests.unit.web.test_web_managers import team

TOKEN = "the-api-token"


async def ask(organisation: Organisation, query: str = "", token: str = TOKEN) -> httpx.Response:
    organisation.with_parts(api_token=TOKEN)
    async with organisation.client() as client:
        return await client.get(
            f"/api/v1/figures{query}", headers={"Authorization": f"Bearer {token}"} if token else {}
        )


def told(answer: httpx.Response) -> set[tuple[Any, ...]]:
    assert answer.status_code == 200, answer.text
    return {(row["figure"], row["value"], row["tag"]) for row in answer.json()["figures"]}


async def test_figures_carry_their_tags(organisation: Organisation) -> None:
    """By campaign and by day, with nothing of a small group."""
    large = await team(organisation, [PostState.PUBLISHED] * 6)
    small = await team(organisation, [PostState.PUBLISHED] * 4, "small")
    of_large = told(await ask(organisation, f"?campaign={large}"))
    assert {
        ("clicks_human", 6, "measured"),
        ("reach", 500, "measured"),
        ("posts_without_reach", 1, "unknown"),
    } <= of_large
    of_small = told(await ask(organisation, f"?campaign={small}"))
    assert {figure[0] for figure in of_small if figure[2] != "hidden"} == {"audience"}
    by_day = (await ask(organisation, "?by=day&from=2026-11-24&to=2026-11-24")).json()
    assert {row["campaign"] for row in by_day["figures"]} == {large}
    assert {row["day"] for row in by_day["figures"]} == {"2026-11-24"}
    assert told(await ask(organisation, "?by=day&to=2026-11-23")) == set()


async def test_pages_hold_each_campaign_once(organisation: Organisation) -> None:
    """Followed to its end, the cursor misses none and repeats none, also at one moment."""
    made = {
        (
            await organisation.campaign(
                story(story_id=f"s-{n}"), started_at=NOW - timedelta(days=n // 3)
            )
        ).id
        for n in range(10)
    }
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await ask(organisation, f"?limit=3{cursor}")).json()
        seen += dict.fromkeys(row["campaign"] for row in page["figures"])
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(made)
    assert set(seen) == made


async def test_single_posts_are_the_operators(organisation: Organisation) -> None:
    """Another system is refused, with any content; this machine's command line reads them."""
    campaign = await team(organisation, [PostState.PUBLISHED] * 2)
    refused = await ask(organisation, "?by=post")
    assert (refused.status_code, refused.json()["code"]) == (403, "figures.own")
    found = (await ask(organisation, f"?by=post&campaign={campaign}", "owner-token")).json()
    posts = {row["post"] for row in found["figures"]}
    assert len(posts) == 2
    figures = [(row["figure"], row["value"], row["tag"]) for row in found["figures"]]
    assert figures.count(("clicks_human", 1, "measured")) == 2
    assert figures.count(("reach", 100, "measured")) == 1
    assert figures.count(("reach", None, "unknown")) == 1


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?by=person", 422, "api.field"),
        ("?limit=0", 422, "api.field"),
        ("?limit=9999999999999999999999", 422, "api.field"),
        ("?from=yesterday", 422, "api.field"),
        ("?campaign=none", 404, "campaign.no-such-id"),
        ("?campaign=%00", 404, "api.nothing-here"),
        ("?cursor=x", 422, "api.no-cursor"),
        ("?cursor=%C3%A9", 422, "api.no-cursor"),
        ("?cursor=WzEsMl0", 422, "api.no-cursor"),
        ("?cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwieCJd", 422, "api.no-cursor"),
        (".pdf", 404, "api.field"),
    ],
)
async def test_a_fault_is_problem_details(
    organisation: Organisation, query: str, status: int, code: str
) -> None:
    """With a code that stays, a sentence and what to do (RFC 9457)."""
    answer = await ask(organisation, query)
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:zwaan:{code}"
    assert problem["detail"].startswith(problem["fault"])
    assert problem["remedy"]


async def test_reading_needs_a_token(organisation: Organisation) -> None:
    """Neither page nor file, and the answer says which token."""
    for path in ("", ".csv", ".xlsx", ".parquet"):
        for token in ("", "wrong"):
            answer = await ask(organisation, path, token)
            assert (answer.status_code, answer.json()["code"]) == (401, "api.needs-key")


async def test_the_file_is_that_of_the_page(organisation: Organisation) -> None:
    """A data pipeline reads by its token what marketing downloads."""
    await team(organisation, [PostState.PUBLISHED] * 6)
    by_token = await ask(organisation, ".csv")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = await browser.get("/figures.csv")
    assert by_token.text == page.text
