"""Passages are chosen in place: what is ticked or moved is kept, and the posts beside it follow."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from services.campaigns.store import campaigns
from tests.e2e.browser.stage import Stage
from tests.unit.web.organisation import Organisation
from tests.unit.web.test_web_choose_passages import FIRST, OWN, SECOND, prepared

pytestmark = pytest.mark.browser


async def kept(organisation: Organisation, address: str) -> tuple[str, ...]:
    found = await organisation.read(campaigns.get, address.split("/")[2])
    result: tuple[str, ...] = found.content.passages
    return result


async def test_choosing_in_place(stage: Stage, page: Page) -> None:
    """An edit and the press that follows it at once are both kept; the keyboard stays at its row."""
    organisation = stage.organisation
    address = await prepared(organisation)
    async with organisation.staff("mia@example.org", "marketing"):
        pass
    await stage.sign_in(page, "mia@example.org")
    await page.goto(stage.address + address)
    beside = page.locator("#carried")
    await expect(beside).to_contain_text(FIRST)
    await page.uncheck("#use-0")
    await expect(beside).not_to_contain_text(FIRST)
    await expect(beside).to_contain_text("Saved.")
    assert await kept(organisation, address) == (SECOND,)

    await page.check("#use-0")
    await expect(beside).to_contain_text(FIRST)
    edited = SECOND.replace("elf", "twaalf")
    await page.fill("#text-1", edited)
    await page.get_by_role("button", name="Move passage 2 up").click()
    await expect(page.locator("#text-0")).to_have_value(edited)
    await expect(page.get_by_role("button", name="Move passage 1 down")).to_be_focused()
    assert await kept(organisation, address) == (edited, FIRST)

    await page.fill("#add", OWN)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#text-2")).to_have_value(OWN)
    await expect(page.locator("#add")).to_have_value("")
    assert await kept(organisation, address) == (edited, FIRST, OWN)
