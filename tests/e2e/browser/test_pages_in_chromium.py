"""What only a browser can show: typing, tapping, waiting, and a policy that blocks nothing of ours."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from services.campaigns.start_campaign import start_campaigns
from services.post import PostState
from services.posts.store import posts
from tests.builders import NOW
from tests.e2e.browser.stage import Stage
from tests.unit.web.arrival import facts_on
from tests.unit.web.organisation import ANNA, TEXT, story

pytestmark = pytest.mark.browser


async def test_from_draft_to_published_post(stage: Stage, page: Page) -> None:
    """On a phone: connect at the network, change a sentence, approve, see it published, and take
    it off again."""
    campaign = await stage.organisation.campaign(story())
    post = await stage.organisation.post(campaign, ANNA)
    await stage.sign_in(page, "anna@example.org")

    await page.get_by_role("button", name="Koppel LinkedIn").click()
    await page.get_by_role(
        "button", name=re.compile("Allow|Toestaan|Sta toe", re.IGNORECASE)
    ).click()
    await (await stage.change(page)).fill("Mijn eigen zin. " + TEXT)
    await page.get_by_role("button", name="Deel nu").click()
    await expect(page.get_by_text("Goedgekeurd")).to_be_visible()
    await expect(page.get_by_role("button", name="Ongedaan maken")).to_be_visible()
    out = page.get_by_text("Het staat op LinkedIn")
    await expect(out).to_be_hidden()

    await stage.publish()
    await expect(out).to_be_visible()
    await expect(page.get_by_role("link", name="Bekijk op LinkedIn")).to_be_visible()
    stored = await stage.organisation.read(posts.get, post.id)
    assert stored.state is PostState.PUBLISHED
    assert stored.text == "Mijn eigen zin. " + TEXT

    await page.get_by_role("link", name="Haal dit bericht van LinkedIn").click()
    await expect(page.get_by_text("kan niet ongedaan worden gemaakt")).to_be_visible()
    await page.get_by_role("button", name="Haal van LinkedIn").click()
    await expect(page.get_by_text("Dit bericht wordt van LinkedIn gehaald.")).to_be_visible()
    await stage.delete()
    await expect(page.get_by_text("Van LinkedIn gehaald:")).to_be_visible()
    await expect(page.get_by_role("link", name="Bekijk op LinkedIn")).to_be_hidden()


async def test_the_keyboard_stays_where_a_decision_was_made(stage: Stage, page: Page) -> None:
    """After approving with the keyboard, one Tab or two reach the undo of exactly that post."""
    await stage.organisation.connect(ANNA)
    post = await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, "anna@example.org")
    await page.get_by_role("button", name="Deel nu").press("Enter")
    undo = page.get_by_role("button", name="Ongedaan maken")
    await expect(undo).to_be_visible()
    await expect(page.locator(f"[id='{post.id}']")).to_be_focused()
    for _ in range(2):
        await page.keyboard.press("Tab")
    await expect(undo).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Deel nu")).to_be_visible()
    assert (await stage.organisation.read(posts.get, post.id)).state is PostState.READY


async def test_the_counter_follows_the_typing(stage: Stage, page: Page) -> None:
    """While one types the counter shows the network's own length, and says what is too much."""
    await stage.organisation.post(await stage.organisation.campaign(story()), ANNA, "x")
    await stage.sign_in(page, "anna@example.org")
    await (await stage.change(page)).fill("a" * 285)
    await expect(page.get_by_text("285 / 280")).to_be_visible()
    await expect(page.get_by_text("5 te veel")).to_be_visible()
    await page.get_by_label("Jouw tekst").fill("Kort.")
    await expect(page.get_by_text("5 / 280")).to_be_visible()


async def test_a_fault_appears_in_place(stage: Stage, page: Page) -> None:
    """Approving a text that is too long shows the sentence by the field, and the text stays."""
    await stage.organisation.connect(ANNA)
    await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, "anna@example.org")
    await (await stage.change(page)).fill("a" * 3001)
    await page.get_by_role("button", name="Deel nu").click()
    await expect(page.get_by_role("alert")).to_contain_text("Maak het korter.")
    await expect(page.get_by_label("Jouw tekst")).to_have_value("a" * 3001)


async def test_copying_the_text(stage: Stage, page: Page) -> None:
    """One tap copies exactly the text in the box, as it was changed."""
    await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, "anna@example.org")
    await (await stage.change(page)).fill("Mijn tekst.\n\nTwee regels.")
    await page.get_by_role("button", name="Kopieer tekst").click()
    await expect(page.get_by_role("button", name="Gekopieerd")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == "Mijn tekst.\n\nTwee regels."


async def test_declining_and_changing_ones_mind(stage: Stage, page: Page) -> None:
    """Declining takes one tap; the reason may follow, and all of it can be undone."""
    post = await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, "anna@example.org")
    await page.get_by_role("button", name="Deze niet").click()
    await page.get_by_label("Wil je zeggen waarom?").fill("Ik was er niet bij.")
    await page.get_by_role("button", name="Geef door").click()
    await expect(page.get_by_text("Je reden is doorgegeven")).to_be_visible()
    declined = await stage.organisation.read(posts.get, post.id)
    assert (declined.state, str(declined.reason)) == (PostState.DECLINED, "Ik was er niet bij.")
    await page.get_by_role("button", name="Toch nog eens bekijken").click()
    await expect(page.get_by_role("button", name="Kopieer tekst")).to_be_visible()


async def test_a_vacancy_starts_its_campaign(stage: Stage, page: Page) -> None:
    """A recruiter fills in the form, sees whom it would ask, changes that, and begins."""
    async with stage.organisation.staff("rik@example.org", "recruiter", language="nl"):
        await stage.sign_in(page, "rik@example.org")
    await page.get_by_role("link", name="Open een vacature").click()
    await page.get_by_label("Functie").fill("Constructeur")
    await page.get_by_label("Wat het werk is").fill("Je rekent aan dijken.")
    await page.get_by_label("Adres van de vacature").fill("https://www.example.org/v/1")
    await page.get_by_label("Vakken").fill("constructie")
    await page.get_by_role("button", name="Open de vacature").click()
    await expect(page.get_by_text("De campagne wordt klaargezet")).to_be_visible()

    async with stage.organisation.database.write() as transaction:
        await start_campaigns(transaction, facts_on(stage.organisation.log), NOW)
    await expect(page.get_by_role("heading", name="Constructeur")).to_be_visible()
    await expect(page.get_by_text("zelfde vak: constructie")).to_be_visible()

    await page.get_by_label("Zoek een collega").fill("ben")
    await page.get_by_role("button", name="Zoek").click()
    await page.get_by_role("button", name="Voeg Ben Ali toe").click()
    await expect(page.get_by_text("toegevoegd door Rik")).to_be_visible()
    await page.get_by_role("button", name="Haal Anna de Wit van de lijst").click()
    await expect(page.get_by_role("heading", name="Er staat één collega op")).to_be_visible()

    await page.get_by_role("button", name="Begin de campagne").click()
    await expect(page.get_by_text("Gevraagde collega's")).to_be_visible()


async def test_everything_works_without_a_script(stage: Stage, page: Page) -> None:
    """Where scripts are off, the inbox's forms still decide."""
    await stage.organisation.connect(ANNA)
    post = await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    assert page.context.browser is not None
    context = await page.context.browser.new_context(java_script_enabled=False, locale="nl-NL")
    plain = await context.new_page()
    await stage.sign_in(plain, "anna@example.org")
    await plain.get_by_role("button", name="Deel nu").click()
    await expect(plain.get_by_text("Goedgekeurd")).to_be_visible()
    assert (await stage.organisation.read(posts.get, post.id)).state is PostState.APPROVED
    await context.close()


@pytest.mark.parametrize("path", ["/inbox", "/profile", "/vacancies/new", "/figures", "/sign-in"])
async def test_nothing_is_wider_than_a_phone(stage: Stage, page: Page, path: str) -> None:
    """On a screen of 360 points no page scrolls sideways."""
    await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    async with stage.organisation.staff(
        "anna@example.org", "ambassador", "recruiter", "marketing", language="nl"
    ):
        await stage.sign_in(page, "anna@example.org")
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(stage.address + path)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_the_preview_follows_the_typing(stage: Stage, page: Page) -> None:
    """What is there after the last key is what would be sent, also where that is escaped."""
    await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, "anna@example.org")
    await (await stage.change(page)).fill("Een heel andere zin (echt).")
    await page.get_by_text("Klaar", exact=True).click()
    await expect(page.locator(".shown")).to_contain_text("Een heel andere zin (echt).")
    await page.get_by_text("Waarom deze tekst?").click()
    await page.get_by_text("Precies wat we versturen").click()
    await expect(page.get_by_text(r"Een heel andere zin \(echt\).")).to_be_visible()


async def test_without_a_connection_a_page_says_so(stage: Stage, page: Page) -> None:
    """In the reader's language, from an app that a phone can install."""
    await stage.sign_in(page, "anna@example.org")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    devtools = await page.context.new_cdp_session(page)
    found = await devtools.send("Page.getAppManifest")
    assert found["url"].endswith("/manifest.webmanifest")
    assert found["errors"] == []
    hurdles = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    # The browser of a test keeps nothing, and installs nothing.
    assert [each["errorId"] for each in hurdles] == ["in-incognito"]
    await page.context.set_offline(True)
    await page.goto(f"{stage.address}/inbox")
    await expect(page.get_by_role("heading", name="Geen verbinding")).to_be_visible()
    await page.context.set_offline(False)
    await page.get_by_role("link", name="Probeer opnieuw").click()
    await expect(page.get_by_role("navigation", name="Pagina's")).to_be_visible()
