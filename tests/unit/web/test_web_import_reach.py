"""One's own figures from LinkedIn are brought as a file, and said on the page."""

from __future__ import annotations

import json

import httpx

from services.domain.post import PostState
from services.events.outgoing import ReachMeasured
from services.storage import outbox
from services.use_cases.record_reach import record_reach
from tests.builders import fact
from tests.unit.web.organisation import ANNA, Organisation, form_token, story

PAGE = "/profile/reach"
ADDRESS = "https://www.linkedin.com/feed/update/urn:li:share:7406535690785632256"


async def _bring(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    token = form_token((await browser.get(PAGE)).text)
    return await browser.post(
        PAGE, data={"csrf_token": token}, files={"file": ("analytics.csv", content)}
    )


async def test_a_file_becomes_figures_on_the_card(organisation: Organisation) -> None:
    """The page says of how many posts it took figures; the card shows them with their source."""
    await organisation.post(
        await organisation.campaign(story()),
        ANNA,
        state=PostState.PUBLISHED,
        external_id="urn:li:share:7406535690785632256",
        published_at=organisation.clock,
    )
    file = f"Post URL,Impressions,Members reached\n{ADDRESS},81,34\n{ADDRESS}99,5,4\n".encode()
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await _bring(browser, file)).text
        assert "Van 1 bericht staan de cijfers er nu bij." in page
        assert "1 ander bericht" in page
        async with organisation.database.write() as transaction:
            told = [
                fact(ReachMeasured.model_validate(json.loads(row.event)["data"]), str(row.id))
                for row in await outbox.oldest(transaction, 10)
            ]
            await record_reach(transaction, told, organisation.clock)
        inbox = (await browser.get("/inbox")).text
    assert '<dd>34 <span class="tag measured">gemeten</span></dd>' in inbox
    assert '<dt>Keer getoond</dt><dd>81 <span class="tag measured">gemeten</span></dd>' in inbox
    assert "LinkedIns eigen cijfers, ingelezen door de ambassadeur" in inbox


async def test_another_file_is_refused_in_the_readers_language(organisation: Organisation) -> None:
    """Something else, or nothing, is refused and says what to do."""
    async with organisation.signed_in("anna@example.org") as browser:
        for content, said in ((b"<html>", "geen cijfers van berichten"), (b"", "geen bestand")):
            answer = await _bring(browser, content)
            assert answer.status_code == 422
            assert said in answer.text


async def test_a_file_without_the_forms_token_is_refused(organisation: Organisation) -> None:
    """Another site cannot make a browser bring figures."""
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await browser.post(PAGE, files={"file": ("a.csv", b"a")})
    assert answer.status_code == 403
