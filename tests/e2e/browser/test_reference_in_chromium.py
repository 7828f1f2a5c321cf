"""The line that docs/attribution.md asks a careers site to take over, in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route

pytestmark = pytest.mark.browser

SITE = "https://jobs.example.org"
A, B, C = "kf3m9xq2ab", "p7rt4wd8ne", "aaaaaaaaaa"
_DOCUMENT = (Path(__file__).parents[3] / "docs" / "attribution.md").read_text()
_SCRIPT, _FIELD = re.findall(r"^<(?:script|input).*>$", _DOCUMENT, re.MULTILINE)


@pytest.fixture
async def site(page: Page) -> AsyncIterator[Page]:
    """A careers site with the line on every page, and the form on one."""
    sent: list[str] = []

    async def answer(route: Route) -> None:
        sent.append(route.request.url)
        form = f'<form action="/sent">{_FIELD}<button>Send</button></form>'
        body = form if "/apply" in route.request.url else '<a href="/apply">Apply</a>'
        await route.fulfill(
            body=f"<!doctype html><title>Jobs</title>{_SCRIPT}{body}", content_type="text/html"
        )

    await page.route("**", answer)
    yield page
    assert all(url.startswith(SITE) for url in sent)
    assert await page.context.cookies() == []


async def _handed_on(page: Page) -> str:
    await page.goto(f"{SITE}/apply")
    await page.get_by_role("button").click()
    await page.wait_for_url("**/sent*")
    return page.url.partition("?")[2]


@pytest.mark.parametrize(
    ("visits", "handed_on"),
    [
        ([], "zw="),
        (["?utm_source=x"], "zw="),
        ([f"?zw={A}"], f"zw={A}"),
        ([f"?zw={A}", f"?zw={A}"], f"zw={A}"),
        ([f"?zw={A}", f"?zw={B}", f"?zw={C}"], f"zw={A}+{C}"),
        ([f"?zw={A}", f"?zw={B}", f"?zw={A}"], f"zw={A}"),
        ([f"?zw={A}", "?zw=<b>", "?zw="], f"zw={A}"),
    ],
)
async def test_the_form_hands_on_the_first_and_the_last(
    site: Page, visits: list[str], handed_on: str
) -> None:
    """Over any pages of a visit, without a cookie or a request to anybody else; nothing else is kept."""
    for query in visits:
        await site.goto(f"{SITE}/vacancies/12{query}")
    assert await _handed_on(site) == handed_on


async def test_a_form_that_the_visitor_landed_on_has_it(site: Page) -> None:
    """Also where the landing page is the form."""
    await site.goto(f"{SITE}/apply?zw={A}")
    assert await site.locator("input[name=zw]").input_value() == A
