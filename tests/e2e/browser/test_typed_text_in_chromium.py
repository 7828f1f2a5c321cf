"""A draft that is typed and not sent stays, however its person leaves the page."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from services.post import Post, PostState
from services.posts.store import posts, typed_texts
from tests.e2e.browser.stage import Stage
from tests.unit.web.organisation import ANNA, TEXT, story

pytestmark = pytest.mark.browser

MINE = "Mijn zin, nog niet af en met  twee blanks "
ALLOW = re.compile("Allow|Toestaan|Sta toe", re.IGNORECASE)


async def begin(stage: Stage, page: Page) -> Post:
    post = await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, ANNA.email)
    return post


async def test_reloading_keeps_what_was_typed(stage: Stage, page: Page) -> None:
    """At once, within a moment of the last key, and quietly said; undoing leads to the suggestion, and
    from there is a way back."""
    post = await begin(stage, page)
    text = await stage.change(page)
    await text.fill(MINE)
    await page.reload()
    await expect(text).to_have_value(MINE)
    await expect(page.get_by_text("Je wijzigingen zijn bewaard.")).to_be_visible()
    await stage.change(page)
    await text.press("Control+End")
    await text.press_sequentially("!")
    await page.reload()
    await expect(text).to_have_value(f"{MINE}!")

    await page.get_by_role("button", name="Terug naar het voorstel").click()
    await expect(text).to_have_value(TEXT)
    await expect(page.get_by_text("Je wijzigingen zijn bewaard.")).to_be_hidden()
    await page.reload()
    await expect(text).to_have_value(TEXT)
    await page.get_by_role("button", name="Zet mijn tekst terug").click()
    await expect(text).to_have_value(f"{MINE}!")
    assert (await stage.organisation.read(posts.get, post.id)).state is PostState.READY


async def test_a_decision_is_not_overtaken_by_what_was_typed_before(
    stage: Stage, page: Page
) -> None:
    """Undone while a slow line still carries the typing: it stays undone."""
    post = await begin(stage, page)
    text = await stage.change(page)
    sent, released = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        sent.set()
        await released.wait()
        await route.continue_()

    await page.route("**/measure", hold)
    await text.fill(MINE)
    async with asyncio.timeout(10):
        await sent.wait()
    async with page.expect_response("**/measure"):
        await page.evaluate("document.querySelector('form[id$=-typed]').requestSubmit()")
        released.set()
    await expect(text).to_have_value(TEXT)
    kept = (await stage.organisation.read(typed_texts.of_posts, [post.id]))[post.id]
    assert (kept.text, kept.undone) == (TEXT, True)
    await (await stage.change(page)).fill(f"{MINE} opnieuw")
    await expect(page.get_by_text("Je wijzigingen zijn bewaard.")).to_be_visible()


async def test_an_answer_that_was_not_sent_is_kept(stage: Stage, page: Page) -> None:
    """Across the other network's tab and a reload; once it is sent, its post has it, and no old one
    comes back. Signing out forgets it."""
    about = await stage.organisation.campaign(story())
    first, other = [await stage.organisation.post(about, ANNA, each) for each in ("linkedin", "x")]
    await stage.sign_in(page, ANNA.email)
    answer = page.locator("[name=answer]")
    for post, text in (
        (other, "Voor X, nog niet af"),
        (first, "Op 3 mei belde ik de klant om acht uur terug"),
    ):
        await page.goto(f"{stage.address}/inbox/{post.id}")
        await page.get_by_text("Maak het van jezelf").click()
        await answer.fill(text)
    await page.reload()
    await expect(answer).to_be_visible()
    await expect(answer).to_have_value("Op 3 mei belde ik de klant om acht uur terug")
    await page.get_by_role("button", name="Maak er mijn bericht van").click()
    await expect(page.get_by_role("button", name="Vervang mijn antwoord")).to_be_visible()
    await page.reload()
    await expect(answer).to_have_value("Op 3 mei belde ik de klant om acht uur terug.")
    kept = "Object.keys(sessionStorage).filter(name => name.startsWith('answer ')).length"
    assert await page.evaluate(kept) == 1
    await page.goto(f"{stage.address}/inbox/{first.id}")
    await page.get_by_role("button", name="Uitloggen").click()
    await expect(page.locator(".account")).to_have_count(0)
    assert await page.evaluate(kept) == 0


async def test_leaving_by_the_menu_keeps_what_was_typed(stage: Stage, page: Page) -> None:
    """The last words go along on the way out."""
    await begin(stage, page)
    await (await stage.change(page)).fill(MINE)
    await page.get_by_role("link", name="Anna de Wit").click()
    await page.get_by_role("link", name="Inbox").click()
    await expect(page.get_by_label("Jouw tekst")).to_have_value(MINE)


@pytest.mark.parametrize("script", [True, False])
async def test_connecting_keeps_what_was_typed(stage: Stage, page: Page, script: bool) -> None:
    """With a script or without: to the network, back with consent, and the text is there."""
    browser = page.context.browser
    assert isinstance(browser, Browser)
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, locale="nl-NL", java_script_enabled=script
    )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await begin(stage, page)
    if not script:
        # A sign-in link signs in at the press of its button.
        await expect(page.get_by_text("Verander", exact=True)).to_be_visible()
    await (await stage.change(page)).fill(MINE)
    await page.get_by_role("button", name="Koppel LinkedIn").click()
    await page.get_by_role("button", name=ALLOW).click()
    await expect(page.get_by_role("button", name="Deel nu")).to_be_visible()
    await expect(page.get_by_label("Jouw tekst")).to_have_value(MINE)
    await expect(page.locator(".shown")).to_contain_text(MINE)


async def test_two_windows_lose_nothing(stage: Stage, page: Page) -> None:
    """The later one wins, reads that it did, and has the other text one tap away."""
    post = await begin(stage, page)
    other = await page.context.new_page()
    await other.goto(f"{stage.address}/inbox")
    await (await stage.change(page)).fill("Van de een")
    await expect(page.get_by_text("Je wijzigingen zijn bewaard.")).to_be_visible()
    await page.get_by_label("Jouw tekst").press_sequentially(" en nog iets")
    await expect(page.get_by_text("22 / 3.000")).to_be_visible()
    await expect(page.get_by_text("in een ander venster")).to_be_hidden()

    await (await stage.change(other)).fill("Van de ander")
    await expect(other.get_by_text("ook in een ander venster veranderd")).to_be_visible()
    await other.get_by_text("Wat in het andere venster stond").click()
    await expect(other.get_by_text("Van de een en nog iets")).to_be_visible()
    await other.get_by_role("button", name="Neem die tekst").click()
    await expect(other.get_by_label("Jouw tekst")).to_have_value("Van de een en nog iets")
    kept = (await stage.organisation.read(typed_texts.of_posts, [post.id]))[post.id]
    assert (kept.text, kept.other) == ("Van de een en nog iets", "Van de ander")


async def test_enter_in_the_address_marks_it_shared(stage: Stage, page: Page) -> None:
    """It neither undoes what was typed nor leaves for the network."""
    post = await begin(stage, page)
    await (await stage.change(page)).fill("Mijn eigen bericht.")
    await expect(page.get_by_text("Je wijzigingen zijn bewaard.")).to_be_visible()
    await page.get_by_label("Adres van je post").press("Enter")
    await expect(page.get_by_text("Gedeeld (niet bevestigd)")).to_be_visible()
    stored = await stage.organisation.read(posts.get, post.id)
    assert (stored.state, stored.text) == (PostState.SHARED, "Mijn eigen bericht.")
