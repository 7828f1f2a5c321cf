"""The ambassador's card on a phone: the post as its network shows it, and everything within reach."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, Request, expect

from services.events.incoming import StoryImage
from services.post import PostState
from services.posts.store import posts
from services.scheduling import Pace
from tests.e2e.browser.stage import Stage, open_stage
from tests.fakes import PICTURE, OnePicture
from tests.unit.voice.material import told_of_us
from tests.unit.web.organisation import ANNA, TEXT, story

pytestmark = pytest.mark.browser

LONG = " ".join(["Drie weken lang klopte de sluisdeur niet."] * 30) + f"\n\n{TEXT}"
PHONE = {"width": 390, "height": 844}
BUTTONS = {
    "nl": ("Deel woensdag", "Deel nu", "Verander", "Deze niet"),
    "en": ("Share Wednesday", "Share now", "Change", "Not this one"),
}


@pytest.mark.parametrize("text", [TEXT, LONG])
@pytest.mark.parametrize("language", ["nl", "en"])
async def test_everything_is_on_the_first_screen(
    stage: Stage, page: Page, language: Literal["nl", "en"], text: str
) -> None:
    """At 390 by 844 the name, the text's beginning and every button are there without scrolling."""
    organisation = stage.organisation
    organisation.clock += timedelta(hours=11)  # after work: the good time is another day
    await organisation.connect(ANNA)
    about = await organisation.campaign(story())
    for network in ("linkedin", "x"):
        await organisation.post(about, ANNA, network, text=text)
    await organisation.post(await organisation.campaign(story(story_id="s-2")), ANNA)
    async with organisation.staff(ANNA.email, "ambassador", language=language):
        await stage.sign_in(page, ANNA.email)
    names = [page.get_by_role("button", name=re.compile(name)) for name in BUTTONS[language][:2]]
    shown = [
        *names,
        page.get_by_text(BUTTONS[language][2], exact=True),
        page.get_by_role("button", name=BUTTONS[language][3]),
        page.locator(".who"),
        page.locator(".tabs"),
    ]
    for each in shown:
        box = await each.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PHONE["height"]
        assert box["x"] + box["width"] <= PHONE["width"]
    told = await page.locator(".shown").bounding_box()
    bar = await page.locator(".bar").bounding_box()
    assert told is not None
    assert bar is not None
    assert bar["y"] - told["y"] >= 250, "there is room for the post itself"


async def test_the_fold_is_after_three_lines(stage: Stage, page: Page) -> None:
    """At the width at which it is read; where there are only three, nothing is folded."""
    organisation = stage.organisation
    post = await organisation.post(await organisation.campaign(story()), ANNA, text=LONG)
    await stage.sign_in(page, ANNA.email)
    told, fold = page.locator(".shown .text"), page.locator(".fold")

    async def lines_before_the_fold() -> float:
        height = await told.evaluate("text => parseFloat(getComputedStyle(text).lineHeight)")
        text, mark = await told.bounding_box(), await fold.bounding_box()
        assert text is not None
        assert mark is not None
        return round((mark["y"] - text["y"]) / float(height), 1)

    assert await lines_before_the_fold() == 3
    narrow = (await told.bounding_box() or {})["height"]
    await page.get_by_text("breedte van een computer").click()
    wide = (await told.bounding_box() or {})["height"]
    assert wide < narrow * 0.62 * 0.8, "longer lines, besides being smaller"
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.goto(f"{stage.address}/inbox/{post.id}")
    assert await lines_before_the_fold() == 3

    await (await stage.change(page)).fill("Een.\nTwee.\nDrie.")
    await page.get_by_text("Klaar", exact=True).click()
    await expect(told).to_contain_text("Drie.")
    assert await fold.evaluate(
        "fold => fold.getBoundingClientRect().top >= "
        "fold.parentElement.getBoundingClientRect().bottom"
    ), "cut off below the text"


async def test_the_seconds_to_undo_count_down(page: Page, tmp_path: Path) -> None:
    """Sharing now shows how long it can be undone, and undoing brings the draft back."""
    pace = Pace(undo=timedelta(seconds=10))
    async with open_stage(tmp_path / "zwaan.db", pace=pace) as stage:
        await stage.organisation.connect(ANNA)
        post = await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
        await stage.sign_in(page, ANNA.email)
        await page.get_by_role("button", name="Deel nu").click()
        await expect(page.locator(".seconds")).to_have_text(re.compile("^[5-8] s$"))
        await page.get_by_role("button", name="Ongedaan maken").click()
        await expect(page.get_by_role("button", name="Deel nu")).to_be_visible()
        assert (await stage.organisation.read(posts.get, post.id)).state is PostState.READY


@pytest.mark.parametrize("height", [PHONE["height"], 420])
async def test_the_bar_covers_nothing_that_is_typed(stage: Stage, page: Page, height: int) -> None:
    """However long it becomes, and with a keyboard on the screen, its end stays in sight."""
    await page.set_viewport_size({"width": PHONE["width"], "height": height})
    await stage.organisation.connect(ANNA)
    await stage.organisation.post(await stage.organisation.campaign(story()), ANNA)
    await stage.sign_in(page, ANNA.email)
    await page.get_by_text("Maak het van jezelf").click()
    box, bar = page.locator("[name=answer]"), page.locator(".bar")
    await box.click()
    for line in range(12):
        await page.keyboard.type(f"Regel {line}\n")
        below, above = await box.bounding_box(), await bar.bounding_box()
        assert below is not None
        assert above is not None
        end = below["y"] + below["height"]
        assert end <= height
        assert end <= above["y"] or above["y"] + above["height"] <= below["y"]


async def test_where_there_is_no_text_there_is_nothing_to_share(stage: Stage, page: Page) -> None:
    """Neither with one tap nor by hand, until the person writes one."""
    post = await stage.organisation.post(await stage.organisation.campaign(story()), ANNA, text="")
    await stage.sign_in(page, ANNA.email)
    await page.goto(f"{stage.address}/inbox/{post.id}")
    by_hand, connect = page.locator(".by-hand"), page.get_by_role("button", name="Koppel LinkedIn")
    for each in (by_hand, connect):
        await expect(each).to_be_hidden()
    await page.get_by_text("Schrijf zelf", exact=True).click()
    for each in (by_hand, connect):
        await expect(each).to_be_visible()


async def test_pictures_come_from_our_own_server(page: Page, tmp_path: Path) -> None:
    """The story's picture is in the card, and no request of the page leaves the server."""
    image = StoryImage(url="https://www.example.org/a.png", alt="De sluisdeur")
    own = {"images": OnePicture(), "image_urls": ["https://www.example.org"]}
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    async with open_stage(tmp_path / "zwaan.db", **own) as stage:
        about = await stage.organisation.campaign(story(images=(image,)))
        await stage.organisation.post(about, ANNA)
        await stage.sign_in(page, ANNA.email)
        picture = page.get_by_alt_text("De sluisdeur")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
        assert all(address.startswith(stage.address) for address in asked)
        answer = await page.request.get(await picture.evaluate("image => image.src"))
        assert await answer.body() == PICTURE


async def test_a_text_is_changed_and_shared_without_a_script(stage: Stage, page: Page) -> None:
    """In its place, and exactly what is there is approved; the next draft is declined."""
    assert isinstance(page.context.browser, Browser)
    organisation = stage.organisation
    await organisation.connect(ANNA)
    for number in range(2):
        await organisation.post(await organisation.campaign(story(story_id=f"s-{number}")), ANNA)
    context = await page.context.browser.new_context(java_script_enabled=False, locale="nl-NL")
    plain = await context.new_page()
    await stage.sign_in(plain, ANNA.email)
    await expect(plain.get_by_label("Jouw tekst")).to_be_hidden()
    await (await stage.change(plain)).fill(f"Van mij. {TEXT}")
    await plain.get_by_role("button", name="Deel nu").click()
    await expect(plain.get_by_text("Goedgekeurd")).to_be_visible()
    await plain.get_by_role("link", name="Volgende", exact=True).click()
    await plain.get_by_role("button", name="Deze niet").click()
    await expect(plain.get_by_text("Dit slaan we over.")).to_be_visible()
    mine = await organisation.read(posts.of_ambassador, ANNA.id)
    assert {post.state: post.text for post in mine} == {
        PostState.APPROVED: f"Van mij. {TEXT}",
        PostState.DECLINED: TEXT,
    }
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_an_open_card(
    stage: Stage, page: Page, scheme: Literal["light", "dark"]
) -> None:
    """With the text, the question and the other texts open, and after a decision; the other texts are
    swiped within the screen."""
    organisation = stage.organisation
    await organisation.connect(ANNA)
    about = await organisation.campaign(told_of_us("nl-de-stille-lijn"))
    for network in ("linkedin", "x"):
        await organisation.post(about, ANNA, network)
    await page.emulate_media(color_scheme=scheme)
    await stage.sign_in(page, ANNA.email)
    await stage.change(page)
    await page.get_by_text("Maak het van jezelf").click()
    await page.get_by_role("button", name="Andere teksten").click()
    await expect(page.locator(".swipe li")).to_have_count(3)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert await page.locator(".swipe").evaluate("row => row.scrollWidth > row.clientWidth")
    assert (await Axe().run(page)).response["violations"] == []
    await page.get_by_role("button", name="Neem deze").first.click()
    await expect(page.locator(".shown")).not_to_contain_text("schipper")
    await page.get_by_role("button", name="Deel vandaag").click()
    await expect(page.get_by_role("button", name="Ongedaan maken")).to_be_visible()
    assert (await Axe().run(page)).response["violations"] == []
