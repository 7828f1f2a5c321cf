"""Pages that everybody can read: with a screen reader, with a keyboard, by day and by night."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from services.campaigns.rules.selection import select_audience
from services.campaigns.store import audience
from services.database import dead_letters
from services.post import PostState
from services.posts.store import typed_texts
from services.posts.store.typed_texts import TypedText
from tests.builders import NOW
from tests.e2e.browser.stage import Stage
from tests.unit.web.organisation import ANNA, BEN, story, vacancy
from tests.unit.web.test_web_administration import LETTER
from tests.unit.web.test_web_choose_passages import FIRST, PRIVATE, SECOND

pytestmark = pytest.mark.browser


async def everything(stage: Stage) -> list[str]:
    """A person with all roles and something on every page; returns the pages' paths."""
    organisation = stage.organisation
    states = [PostState.READY, PostState.UNKNOWN, PostState.PUBLISHED, PostState.DECLINED]
    seen = []
    for number, state in enumerate(states):
        campaign = await organisation.campaign(story(story_id=f"s-{number}"))
        post = await organisation.post(
            campaign, ANNA, state=state, published_at=NOW, reason="it had not arrived"
        )
        seen.append(post.id)
        if state is PostState.READY:
            typed = TypedText(
                post_id=post.id, text="Mijn", version=1, window="w", typed_at=NOW, other="Ook mijn"
            )
            async with organisation.database.write() as transaction:
                await typed_texts.keep(transaction, typed)
    opened = await organisation.campaign(vacancy())
    prepared = await organisation.campaign(vacancy(vacancy_id="v-13"), state="prepared")
    waiting = await organisation.campaign(
        story(story_id="s-waiting", body=f"{FIRST}\n\n{SECOND}\n\n{PRIVATE}"), state="prepared"
    )
    async with organisation.database.write() as transaction:
        listed = select_audience(waiting.id, waiting.content, [ANNA])
        await audience.invite(transaction, waiting.id, listed, asked_at=None)
        await dead_letters.add(transaction, [LETTER])
        listed = select_audience(prepared.id, prepared.content, [ANNA])
        await audience.invite(transaction, prepared.id, listed, asked_at=None)
    roles = ("ambassador", "recruiter", "marketing", "administrator")
    async with organisation.staff(ANNA.email, *roles, language="nl"):
        pass
    return [
        "/inbox",
        *[f"/inbox/{each}" for each in seen],
        f"/inbox/{post.id}/why",
        "/profile",
        "/connect/x/callback",
        "/vacancies",
        "/vacancies/new",
        f"/vacancies/{opened.id}",
        f"/vacancies/{prepared.id}/audience?find=ben",
        f"/vacancies/{prepared.id}/passages",
        f"/vacancies/{opened.id}/passages",
        f"/stories/{waiting.id}/passages",
        "/stories",
        "/stories/new",
        f"/stories/{campaign.id}/campaign",
        f"/stories/{campaign.id}/audience",
        "/templates",
        "/templates/edit/nl/story/craft.j2",
        "/templates/edit/x.j2",
        "/templates/words",
        "/figures",
        "/administration",
        "/administration/audit",
        "/administration/keys",
        "/administration/dead-letters/1",
        "/administration/people?find=e",
        "/administration/people/new",
        f"/administration/people/{BEN.id}?done=saved&kept=x",
        f"/administration/people/{BEN.id}/delete",
        "/sign-in",
        "/no/such/page",
        "/r/unknown",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    stage: Stage, page: Page, scheme: Literal["light", "dark"]
) -> None:
    """No page has a fault that axe-core knows of (contrast, labels, landmarks, headings)."""
    paths = await everything(stage)
    await page.emulate_media(color_scheme=scheme)
    await stage.sign_in(page, ANNA.email)
    found = []
    for path in paths:
        await page.goto(stage.address + path)
        result = await Axe().run(page)
        found += [
            f"{path}: {fault['id']}: {fault['nodes'][0]['html']}"
            for fault in result.response["violations"]
        ]
    assert not found


_TABS_TO_THE_CHANGE = 13


async def test_the_keyboard_reaches_the_decision(stage: Stage, page: Page) -> None:
    """With the tab key alone one gets from the top of the page past the menu to one's text."""
    await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, ANNA.email)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # skip to the content
    change = page.locator(".change")
    for _ in range(_TABS_TO_THE_CHANGE):
        await page.keyboard.press("Tab")
        if await change.evaluate("field => field === document.activeElement"):
            break
    await page.keyboard.press("Space")
    await page.keyboard.type("Mijn zin. ")
    assert (await page.get_by_label("Jouw tekst").input_value()).find("Mijn zin. ") >= 0
