"""One's own figures from LinkedIn are brought as a file, and said on the page."""

from __future__ import annotations

import json

import httpx

from services.database import outbox
from services.events.outgoing import ReachMeasured
from services.figures.record_figures import record_reach
from services.figures.store import figures
from services.post import Post, PostState
from tests.builders import fact
from tests.unit.web.organisation import ANNA, Organisation, form_token, story, submit

PAGE = "/profile/reach"
ADDRESS = "https://www.linkedin.com/feed/update/urn:li:share:7406535690785632256"


async def _published(organisation: Organisation) -> Post:
    return await organisation.post(
        await organisation.campaign(story()),
        ANNA,
        state=PostState.PUBLISHED,
        external_id="urn:li:share:7406535690785632256",
        published_at=organisation.clock,
    )


async def _bring(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    token = form_token((await browser.get(PAGE)).text)
    return await browser.post(
        PAGE, data={"csrf_token": token}, files={"file": ("analytics.csv", content)}
    )


async def test_a_file_becomes_figures_on_the_card(organisation: Organisation) -> None:
    """The page says of how many posts it took figures; the card shows them with their source."""
    post = await _published(organisation)
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
        inbox = (await browser.get(f"/inbox/{post.id}")).text
    assert '<dd>34 <span class="tag measured">gemeten</span></dd>' in inbox
    assert '<dt>Keer getoond</dt><dd>81 <span class="tag measured">gemeten</span></dd>' in inbox
    assert "LinkedIns eigen cijfers, ingelezen door de ambassadeur" in inbox


async def test_another_file_is_refused_in_the_readers_language(organisation: Organisation) -> None:
    """Something else, or nothing, is refused and says what to do."""
    async with organisation.signed_in("anna@example.org") as browser:
        for content, said in (
            (b"<html>", "geen cijfers van berichten"),
            (b"Vues,Clics\n1,2", "geen cijfers van berichten op LinkedIn, maar: Vues, Clics"),
            (b"", "geen bestand"),
        ):
            answer = await _bring(browser, content)
            assert answer.status_code == 422
            assert said in answer.text


async def test_unknown_words_are_asked_about(organisation: Organisation) -> None:
    """The page asks what each heading means; with the answer the same file is read."""
    await _published(organisation)
    file = f"Liens,Impressions du <post>\n{ADDRESS},81\n".encode()
    async with organisation.signed_in("anna@example.org") as browser:
        asked = await _bring(browser, file)
        assert asked.status_code == 422
        assert "Wat betekenen deze woorden?" in asked.text
        assert 'value="Impressions du &lt;post&gt;"' in asked.text
        answer = await browser.post(
            PAGE,
            data={
                "csrf_token": form_token(asked.text),
                "heading": ["Liens", "Impressions du <post>"],
                "metric": ["", "impressions"],
            },
            files={"file": ("analytics.csv", file)},
        )
        assert "Van 1 bericht staan de cijfers er nu bij." in answer.text
    async with organisation.database.read() as transaction:
        told = [json.loads(row.event)["data"] for row in await outbox.oldest(transaction, 10)]
    assert [(each["metric"], each["value"]) for each in told] == [("impressions", 81)]


async def test_a_file_without_the_forms_token_is_refused(organisation: Organisation) -> None:
    """Another site cannot make a browser bring figures."""
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await browser.post(PAGE, files={"file": ("a.csv", b"a")})
    assert answer.status_code == 403


async def test_followers_are_asked_only_where_reach_is_estimated(
    organisation: Organisation,
) -> None:
    """Without a rate no one is asked; with one the answer is kept, shown, and can be taken back."""
    path = f"{PAGE}/followers/linkedin"
    async with organisation.signed_in("anna@example.org") as browser:
        assert "Volgers op" not in (await browser.get(PAGE)).text
        assert (await submit(browser, PAGE, path, followers="12")).status_code == 404
    organisation.with_parts(reach_rates={"linkedin": 0.08})
    async with organisation.signed_in("anna@example.org") as browser:
        refused = await submit(browser, PAGE, path, followers="many")
        assert refused.status_code == 422
        assert "Dat is geen aantal volgers" in refused.text
        await submit(browser, PAGE, path, followers="1234")
        page = (await browser.get(PAGE)).text
        assert 'value="1234"' in page
        assert "Opgegeven door de ambassadeur" in page
        await submit(browser, PAGE, path, followers="")
        assert await organisation.read(figures.followers_of, ANNA.id) == {}


async def test_followers_are_read_from_the_file(organisation: Organisation) -> None:
    """The count in a member's own analytics is taken with its source, where it is of use."""
    file = f"Post URL,Impressions\n{ADDRESS},81\nTotal followers on 12/31/2025,77\n".encode()
    async with organisation.signed_in("anna@example.org") as browser:
        await _bring(browser, file)
        assert await organisation.read(figures.followers_of, ANNA.id) == {}
    organisation.with_parts(reach_rates={"linkedin": 0.08})
    async with organisation.signed_in("anna@example.org") as browser:
        await _bring(browser, file)
    counts = await organisation.read(figures.followers_of, ANNA.id)
    assert counts["linkedin"].followers == 77
