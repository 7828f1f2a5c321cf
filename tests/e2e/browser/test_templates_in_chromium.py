"""Marketing writes a share text: checked while typing, tried on people, kept."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from services.identity import ambassador_id
from services.people.store import people
from services.people.store.people import Person
from services.voice.store import post_templates
from tests.builders import NOW
from tests.e2e.browser.stage import Stage
from tests.unit.web.organisation import story

pytestmark = pytest.mark.browser

MAAIKE = Person(
    id=ambassador_id("maaike@example.org"),
    email="maaike@example.org",
    name="Maaike",
    language="nl",
    roles=frozenset({"marketing"}),
)


async def test_a_template_is_explained_tried_and_kept(stage: Stage, page: Page) -> None:
    """A mistyped slot is named without a press, a mended post is tried, saved and in use."""
    await stage.organisation.campaign(story())
    async with stage.organisation.database.write() as transaction:
        await people.save_person(transaction, MAAIKE, now=NOW)
    await stage.sign_in(page, MAAIKE.email)
    await page.get_by_role("link", name="Sjablonen").click()
    await page.get_by_role("link", name="Verhaal: de andere collega").first.click()
    box = page.get_by_label("De berichten van dit sjabloon")
    text = await box.input_value()
    await box.fill(text.replace("{{ passage }}", "Ik kijk naar {{ rol }}.\n{{ passage }}", 1))
    await expect(page.get_by_text("Er is hier geen plek rol; kies uit")).to_be_visible()
    await box.fill(text + _LAYOUT)
    await expect(page.get_by_text("Dit sjabloon kan gebruikt worden.")).to_be_visible()
    await page.get_by_role("button", name="Laat zien voor vijf collega's").click()
    await expect(page.get_by_text("Anna de Wit")).to_be_visible()
    await expect(page.locator("#preview").get_by_text("bij Deltaplan").first).to_be_visible()
    await page.get_by_role("button", name="Bewaar en gebruik").click()
    await expect(page.get_by_text("Nieuwe teksten worden hiermee geschreven.")).to_be_visible()
    await expect(page.get_by_text("In gebruik", exact=True)).to_be_visible()
    assert await stage.organisation.read(post_templates.active) == {"nl/story/colleague.j2": 1}


_LAYOUT = """
=== van-ons-allemaal
{{ passage }}

Ik werk bij {{ employer }}. Het hele verhaal: {{ link }}
"""


async def test_a_word_goes_on_the_list(stage: Stage, page: Page) -> None:
    """On a phone: a word with its reason is on the list, and off it again."""
    async with stage.organisation.database.write() as transaction:
        await people.save_person(transaction, MAAIKE, now=NOW)
    await stage.sign_in(page, MAAIKE.email)
    await page.goto(f"{stage.address}/templates/words")
    await page.get_by_label("Woord of woordgroep").fill("world-class")
    await page.get_by_label("Waarom niet").fill("Zeg wat er goed aan is.")
    await page.get_by_role("button", name="Zet op de lijst").click()
    await expect(page.get_by_text("Zeg wat er goed aan is.")).to_be_visible()
    await page.get_by_role("button", name="Haal world-class van de lijst").click()
    await expect(page.get_by_text("Er staat nog niets op de lijst.")).to_be_visible()
