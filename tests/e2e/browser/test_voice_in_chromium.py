"""My voice in under a minute: one question on a phone, another text, and a tap."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import Page, expect

from services.domain.post import PostState
from services.storage import posts
from tests.e2e.browser.stage import Stage
from tests.unit.voice.material import example_content
from tests.unit.web.organisation import ANNA, TEXT, story

pytestmark = pytest.mark.browser

ANSWER = "Ik stond die nacht zelf bij de verdeelkast"


async def test_answer_and_approve_within_a_minute(stage: Stage, page: Page) -> None:
    """The answer joins what is being typed, word for word, and that text is approved."""
    await stage.organisation.connect(ANNA)
    post = await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    started = time.monotonic()
    await stage.sign_in(page, ANNA.email)
    await page.get_by_label("Jouw tekst").fill(f"Mijn eigen begin.\n\n{TEXT}")
    await page.get_by_label("Welk detail in dit verhaal").fill(ANSWER)
    await page.get_by_role("button", name="Zet in mijn tekst").click()
    await expect(page.get_by_text("van deze tekst komt van jou.")).to_be_visible()
    final = f"Mijn eigen begin.\n\n{ANSWER}.\n\n{TEXT}"
    await expect(page.get_by_label("Jouw tekst")).to_have_value(final)
    await page.get_by_role("button", name="Ja, deel dit").click()
    await expect(page.get_by_text("Goedgekeurd")).to_be_visible()
    assert time.monotonic() - started < 60
    stored = await stage.organisation.read(posts.get, post.id)
    assert (stored.state, stored.text) == (PostState.APPROVED, final)


async def test_another_text_with_the_answer_in_it(stage: Stage, page: Page) -> None:
    """Of three others one is taken; the answer given before stands in it."""
    campaign = await stage.organisation.campaign(example_content()["nl-de-stille-lijn"])
    post = await stage.organisation.post(campaign, ANNA)
    await stage.sign_in(page, ANNA.email)
    await page.get_by_label("Welk detail in dit verhaal").fill(ANSWER)
    await page.get_by_role("button", name="Zet in mijn tekst").click()
    await page.get_by_role("button", name="Andere voorstellen").click()
    shown = page.locator(".suggestion .text")
    await expect(shown).to_have_count(3)
    first = await shown.all_inner_texts()
    await page.get_by_role("button", name="Nog drie").click()
    await expect(shown.first).not_to_have_text(first[0])
    assert not set(first) & set(await shown.all_inner_texts())
    await page.get_by_role("button", name="Neem deze").nth(1).click()
    await expect(page.locator(".suggestion")).to_have_count(0)
    stored = await stage.organisation.read(posts.get, post.id)
    assert ANSWER in stored.text
    assert ANSWER not in stored.original_text
    await expect(page.get_by_label("Jouw tekst")).to_have_value(stored.text)


async def test_the_voice_is_set_on_a_phone(stage: Stage, page: Page) -> None:
    """From one's own page to the voice, one change, and the page says what holds from now on."""
    await stage.sign_in(page, ANNA.email)
    await page.goto(f"{stage.address}/profile")
    await page.get_by_role("link", name="Verander je stem").click()
    await page.get_by_label("Woorden die je nooit gebruikt").fill("trots, uniek")
    await page.get_by_label("Verhalen in de andere taal").check()
    await page.get_by_role("button", name="Bewaar").click()
    await expect(page.get_by_text("Bewaard. Je volgende tekst")).to_be_visible()
    await expect(page.get_by_label("Woorden die je nooit gebruikt")).to_have_value("trots, uniek")
    await expect(page.get_by_label("Verhalen in de andere taal")).to_be_checked()
