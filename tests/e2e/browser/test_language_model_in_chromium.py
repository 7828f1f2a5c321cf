"""A language model is asked in place: what it proposes and asks appears without a load of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from services.metrics import Metrics
from tests.e2e.browser.stage import open_stage
from tests.language_model_server import answers, model_server, says
from tests.unit.web.organisation import story
from tests.unit.web.test_web_choose_passages import FIRST, SECOND, kept, prepared
from tests.unit.web.test_web_language_model import (
    ANSWER,
    EDITED,
    STORY,
    THIRD,
    asking,
    drafted,
    editor,
    thinks_along,
)

pytestmark = pytest.mark.browser


async def test_asking_in_place(tmp_path: Path, page: Page) -> None:
    """Proposals join the rows and are kept once ticked; a question and an edit join the card."""
    with model_server(says("7\n1 client")) as server, asking(server, Metrics()) as ask_model:
        async with open_stage(tmp_path / "zwaan.db", ask_model=ask_model) as stage:
            organisation = stage.organisation
            address = await prepared(organisation, story(body=STORY))
            async with organisation.staff("mia@example.org", "marketing"):
                pass
            await stage.sign_in(page, "mia@example.org")
            await page.goto(stage.address + address)
            await page.get_by_role("button", name="Let a language model propose").click()
            await expect(page.locator("#text-1")).to_have_value(THIRD)
            await expect(page.locator("#use-1")).not_to_be_checked()
            await expect(page.locator("#text-2")).to_have_value(FIRST)
            await page.check("#use-1")
            await expect(page.locator("#carried")).to_contain_text("Saved.")
            assert await kept(organisation, address) == (SECOND, THIRD)

            server.behaviour = answers(thinks_along)
            post = await drafted(organisation)
            await page.context.clear_cookies()
            await stage.sign_in(page, "anna@example.org")
            card = page.locator(f'[id="{post.id}"]')
            await card.get_by_text("Maak het van jezelf").click()
            await card.locator('[name="answer"]').fill(ANSWER)
            await card.get_by_role("button", name="Maak er mijn bericht van").click()
            again = card.get_by_role("button", name="Vervang mijn antwoord")
            await expect(again).to_be_visible()
            await card.get_by_label("Laat een taalmodel meedenken").check()
            await again.click()
            await expect(card.get_by_text("Het taalmodel leest je antwoord")).to_be_visible()
            assert await editor(organisation).edit() == 1
            await card.get_by_role("link", name="Bekijk het").click()
            await expect(card.locator('[name="text"]')).to_have_value(re.compile(re.escape(EDITED)))
