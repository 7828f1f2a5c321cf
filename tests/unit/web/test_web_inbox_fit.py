"""The inbox: what suits best comes first, and a card follows what is typed."""

from __future__ import annotations

import re

import pytest

from services.database.schema import audience
from tests.unit.web.organisation import (
    ANNA,
    TEXT,
    Organisation,
    story,
    submit,
    submit_by_htmx,
)


@pytest.mark.parametrize("best", [0, 1, 2])
async def test_the_inbox_begins_with_the_best_match(organisation: Organisation, best: int) -> None:
    """Whichever of the stories suits the person best is the first."""
    for number in range(3):
        about = await organisation.campaign(
            story(story_id=f"s-{number}", title=f"Verhaal {number}")
        )
        await organisation.post(about, ANNA)
        if number == best:
            await _invited(organisation, about.id, score=9)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
    assert re.findall(r"Verhaal \d", page)[0] == f"Verhaal {best}"


async def test_the_reason_is_in_the_readers_language(organisation: Organisation) -> None:
    """Somebody who reads English pages reads there why they were asked, in English."""
    about = await organisation.campaign(story())
    post = await organisation.post(about, ANNA)
    await _invited(organisation, about.id, grounds=[["craft", "bouw"]])
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", "/language", language="en")
        for path in ("/inbox", f"/inbox/{post.id}/why"):
            page = (await browser.get(path)).text
            assert "same craft: bouw" in page
            assert "zelfde vak" not in page


async def _invited(organisation: Organisation, campaign_id: str, **values: object) -> None:
    async with organisation.database.write() as transaction:
        await transaction.execute(
            audience.update().where(audience.c.campaign_id == campaign_id).values(**values)
        )


@pytest.mark.parametrize("connected", [False, True])
async def test_the_answer_to_typing_has_a_place_for_each_part(
    organisation: Organisation, connected: bool
) -> None:
    """Whatever is sent while somebody types has its target on the page."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    if connected:
        await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        typed = await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/measure", text="Kort.")
    targets = re.findall(r'id="(\S+)" hx-swap-oob', typed.text)
    assert len(targets) == (4 if connected else 5)
    assert all(f'id="{target}"' in page for target in targets)


async def test_the_share_is_of_the_shown_text(organisation: Organisation) -> None:
    """While the whole text is being replaced all of it becomes the person's own, and none of the
    suggestion is."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        shares = [
            (await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/measure", text=text)).text
            for text in (TEXT, "Helemaal anders geschreven.")
        ]
    assert ["% eigen woorden" in each for each in shares] == [False, True]
    assert "100% eigen woorden" in shares[1]
