"""The inbox of people without a connection: copy, open the network, and say that it is shared."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from services.post import PostState
from services.posts.store import posts
from tests.unit.web.organisation import ANNA, BEN, TEXT, Organisation, story, submit, submit_by_htmx

ADDRESS = "https://www.linkedin.com/feed/update/urn:li:share:7/"


async def test_without_a_connection_the_card_offers_the_networks_composer(
    organisation: Organisation,
) -> None:
    """The text can be copied, and links open the composer with it; connected people see none."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        page = (await browser.get("/inbox")).text
        links = [
            html.unescape(each) for each in re.findall(r'href="(https://www\.lin[^"]+)"', page)
        ]
        assert (
            f"https://www.linkedin.com/feed/?shareActive=true&text={quote(TEXT, safe='')}" in links
        )
        assert any("share-offsite" in link and post.link_code in link for link in links)
        assert page.count('rel="noopener noreferrer"') >= len(links)
        await organisation.connect(ANNA)
        assert "shareActive" not in (await browser.get("/inbox")).text


async def test_the_links_follow_what_is_typed(organisation: Organisation) -> None:
    """While somebody types, the composer's link carries the new text, and nothing is stored."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        answer = await submit_by_htmx(
            browser, "/inbox", f"/inbox/{post.id}/measure", text='Nieuw & "anders"'
        )
    assert quote('Nieuw & "anders"', safe="") in answer.text
    assert f'id="p{post.id}-intents" hx-swap-oob="innerHTML"' in answer.text
    assert (await organisation.read(posts.get, post.id)).text == TEXT


async def test_i_shared_it(organisation: Organisation) -> None:
    """The card then says unconfirmed, shows clicks and the pasted address, and can be undone."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        fields = {"text": "Mijn zin.", "address": ADDRESS}
        await submit(browser, "/inbox", f"/inbox/{post.id}/shared", **fields)
        stored = await organisation.read(posts.get, post.id)
        assert (stored.state, stored.text) == (PostState.SHARED, "Mijn zin.")
        page = (await browser.get(f"/inbox/{post.id}")).text
        assert "Gedeeld (niet bevestigd)" in page
        assert f'href="{ADDRESS}"' in page
        assert "Mensen die klikten" in page
        await submit(browser, "/inbox", f"/inbox/{post.id}/not-shared")
    assert (await organisation.read(posts.get, post.id)).state is PostState.READY


async def test_a_wrong_address_is_reported_in_words(organisation: Organisation) -> None:
    """The fault is at the address in the person's language; both fields keep what was typed."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        fields = {"text": "Mijn zin.", "address": 'javascript:alert("1")'}
        shared = f"/inbox/{post.id}/shared"
        answers = [
            await submit(browser, "/inbox", shared, **fields),
            await submit_by_htmx(browser, "/inbox", shared, **fields),
        ]
    for answer in answers:
        assert answer.status_code == 422
        _, fault, after = answer.text.partition(f'id="p{post.id}-address-fault"')
        assert fault
        sentence, _, field = after.partition("<input")
        assert "Dat is geen adres van een post op LinkedIn." in sentence
        assert 'value="javascript:alert(&#34;1&#34;)" autofocus aria-invalid="true"' in field
        assert "Mijn zin." in answer.text
        assert answer.text.count("geen adres van een post") == 1
        assert 'href="javascript' not in answer.text


async def test_a_post_of_another_cannot_be_shared(organisation: Organisation) -> None:
    """Somebody else's post is not there."""
    post = await organisation.post(await organisation.campaign(story()), ANNA)
    async with organisation.signed_in("ben@example.org") as browser:
        await organisation.post(await organisation.campaign(story(story_id="s-2")), BEN)
        for what in ("shared", "not-shared"):
            answer = await submit(browser, "/inbox", f"/inbox/{post.id}/{what}", text="x")
            assert answer.status_code == 404
    assert (await organisation.read(posts.get, post.id)).state is PostState.READY
