"""The figures as pictures: on a phone and a desk, by day and by night, on paper, without a script."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, async_playwright

from tests.e2e.browser.conftest import CHROMIUM
from tests.e2e.browser.stage import Stage
from tests.unit.web.organisation import ANNA
from tests.unit.web.test_web_figures_over_time import shared_by

pytestmark = pytest.mark.browser

PAGES = ("/figures", "/figures?range=12m&by=team&show=reach.measured&of=network:linkedin")


async def _sign_in(stage: Stage, page: Page) -> None:
    await shared_by(stage.organisation, 7)
    async with stage.organisation.staff(ANNA.email, "marketing", language="nl"):
        pass
    await stage.sign_in(page, ANNA.email)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_read_the_figures(
    stage: Stage, page: Page, scheme: Literal["light", "dark"]
) -> None:
    """axe finds nothing, and nothing is wider than the screen, on a phone and on a desk."""
    await _sign_in(stage, page)
    await page.emulate_media(color_scheme=scheme)
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 844})
        for path in PAGES:
            await page.goto(stage.address + path)
            assert await page.locator("figure.chart svg:visible").count() == 1
            assert await page.evaluate("document.documentElement.scrollWidth") == width
            found = await Axe().run(page)
            assert found.response["violations"] == [], found.generate_report()


async def test_figures_fit_on_paper(stage: Stage, page: Page) -> None:
    """On paper there is the picture and the table, and nothing to press."""
    await _sign_in(stage, page)
    await page.goto(stage.address + PAGES[1])
    await page.set_viewport_size({"width": 718, "height": 1000})
    await page.emulate_media(media="print")
    assert await page.locator("figure.chart svg:visible").count() == 1
    assert await page.get_by_role("table").first.is_visible()
    for pressed in ("nav", "form", "footer", "details"):
        assert await page.locator(f"{pressed}:visible").count() == 0


async def test_figures_need_no_script(stage: Stage) -> None:
    """Another range, another figure and one team alone, by links that a browser follows by itself."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox"]
        )
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await _sign_in(stage, page)
        await page.goto(f"{stage.address}/figures")
        await page.get_by_role("link", name="90 dagen").click()
        await page.get_by_role("link", name="Bereik 700 gemeten").click()
        await page.get_by_role("link", name="Team", exact=True).click()
        await page.get_by_role("link", name="Sluizen & dijken").click()
        await page.get_by_text("Alleen Sluizen & dijken").wait_for()
        (picture,) = await page.locator("figure.chart svg:visible").all()
        assert "Bereik, 27 aug 2026" in (await picture.get_attribute("aria-label") or "")
        await page.get_by_text("Andere datums").click()
        await page.get_by_label("Van").fill("2026-11-14")
        await page.get_by_label("Tot en met").fill("2026-11-20")
        await page.get_by_role("button", name="Toon", exact=True).click()
        await page.get_by_text("Hetzelfde als tabel").click()
        assert await page.get_by_role("row").filter(has_text="15 nov").inner_text() != ""
        await browser.close()
