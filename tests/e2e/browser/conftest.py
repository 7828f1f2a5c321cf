from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.e2e.browser.stage import Stage, open_stage

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path / "zwaan.db") as opened:
        yield opened


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page on a phone; a script error, or anything that the policy blocks, fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox"]
        )
        context = await browser.new_context(
            viewport={"width": 390, "height": 844}, locale="nl-NL", has_touch=True
        )
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        page.set_default_timeout(10_000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        yield page
        await browser.close()
        assert not complaints
