"""What was typed into a draft is there again, and one window hears of the other."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from services.post import Post, PostState
from services.posts.store import posts, typed_texts
from services.posts.store.typed_texts import TypedText
from tests.unit.web.organisation import (
    ANNA,
    TEXT,
    Organisation,
    story,
    submit,
    submit_by_htmx,
)


@pytest.fixture
async def post(organisation: Organisation) -> Post:
    return await organisation.post(await organisation.campaign(story()), ANNA)


def box(page: str) -> str:
    """The text in the box of the only draft."""
    found = re.search(r'<textarea id="p\S+-text".*?>\n(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return html.unescape(found.group(1))


def shown(page: str) -> dict[str, str]:
    """What a window sends along with its text."""
    return {
        name: found.group(1)
        for name in ("window", "version")
        if (found := re.search(rf'name="{name}" value="([^"]*)"', page))
    }


async def kept(organisation: Organisation, post: Post) -> TypedText | None:
    return (await organisation.read(typed_texts.of_posts, [post.id])).get(post.id)


async def inbox(browser: httpx.AsyncClient) -> str:
    return (await browser.get("/inbox")).text


async def test_what_was_typed_is_there_after_loading_again(
    organisation: Organisation, post: Post
) -> None:
    """As typed, with the way back to the suggested text, which leads there."""
    path = f"/inbox/{post.id}"
    async with organisation.signed_in("anna@example.org") as browser:
        assert "Terug naar het voorstel" not in await inbox(browser)
        typed = await submit_by_htmx(browser, "/inbox", f"{path}/measure", text='Half "een')
        assert "Je wijzigingen zijn bewaard." in typed.text
        page = await inbox(browser)
        assert box(page) == 'Half "een'
        assert "Je wijzigingen zijn bewaard." in page
        undone = await submit_by_htmx(browser, "/inbox", f"{path}/undo")
        assert box(undone.text) == TEXT
        assert "Terug naar het voorstel" not in undone.text
    assert (await organisation.read(posts.get, post.id)).text == TEXT


async def test_connecting_takes_the_text_along(organisation: Organisation, post: Post) -> None:
    """Without a script a page leads on, because a form may not leave; with one it goes at once."""
    path = f"/inbox/{post.id}/connect"
    async with organisation.signed_in("anna@example.org") as browser:
        leaving = await submit(browser, "/inbox", path, text="Zonder script")
        assert leaving.headers["Refresh"] == f"0; url=/connect/linkedin?post={post.id}"
        assert f'href="/connect/linkedin?post={post.id}"' in leaving.text
        assert box(await inbox(browser)) == "Zonder script"
        leaving = await submit_by_htmx(browser, "/inbox", path, text="Met script")
        assert leaving.headers["HX-Redirect"] == f"/connect/linkedin?post={post.id}"
        assert box(await inbox(browser)) == "Met script"


async def test_a_text_far_too_long_stays_where_it_is(
    organisation: Organisation, post: Post
) -> None:
    """No one leaves with a text that could not be kept: the page says what to do."""
    text = "x" * 20_001
    async with organisation.signed_in("anna@example.org") as browser:
        typed = await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/measure", text=text)
        assert "te lang om te bewaren: er moet 1 af" in typed.text
        refused = await submit(browser, "/inbox", f"/inbox/{post.id}/connect", text=text)
    assert refused.status_code == 422
    assert box(refused.text) == text
    assert "te lang om te bewaren" in refused.text


async def test_what_was_refused_is_kept(organisation: Organisation, post: Post) -> None:
    """Without a script, too: after a refusal the page can be loaded again."""
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text="Zonder afzender")
        assert box(await inbox(browser)) == "Zonder afzender"


async def test_what_was_put_back_is_kept(organisation: Organisation, post: Post) -> None:
    """The mended text is in the box after loading again."""
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/put-back", text="Mijn zin.")
        again = box(await inbox(browser))
    assert again.startswith("Mijn zin.")
    assert again != "Mijn zin."


@pytest.mark.parametrize("decision", ["approve", "edit"])
async def test_no_window_decides_over_the_text_of_another(
    organisation: Organisation, post: Post, decision: str
) -> None:
    """Who decides in an older window sees first what a newer one had; then the decision is theirs."""
    await organisation.connect(ANNA)
    path = f"/inbox/{post.id}"
    mine, theirs = f"{TEXT} Van mij.", f"{TEXT} Van het andere."
    async with organisation.signed_in("anna@example.org") as browser:
        older, newer = shown(await inbox(browser)), shown(await inbox(browser))
        assert older["window"] != newer["window"]
        await submit_by_htmx(browser, "/inbox", f"{path}/measure", text=theirs, **newer)
        told = await submit_by_htmx(browser, "/inbox", f"{path}/{decision}", text=mine, **older)
        assert told.status_code == 409
        assert "ook in een ander venster veranderd" in told.text
        assert theirs in html.unescape(told.text)
        assert box(told.text) == mine
        assert (await organisation.read(posts.get, post.id)).text == TEXT
        done = await submit_by_htmx(
            browser, "/inbox", f"{path}/{decision}", text=mine, **shown(told.text)
        )
        assert done.status_code == 200
    stored = await organisation.read(posts.get, post.id)
    assert stored.text == mine
    assert stored.state is (PostState.APPROVED if decision == "approve" else PostState.READY)
    assert await kept(organisation, post) is None


async def test_typing_over_another_window_warns_and_keeps_both(
    organisation: Organisation, post: Post
) -> None:
    """The later text is in the box, the other one below it, and they change places."""
    path = f"/inbox/{post.id}"
    async with organisation.signed_in("anna@example.org") as browser:
        older, newer = shown(await inbox(browser)), shown(await inbox(browser))
        await submit_by_htmx(browser, "/inbox", f"{path}/measure", text="Van de een", **newer)
        told = await submit_by_htmx(
            browser, "/inbox", f"{path}/measure", text="Van de ander", **older
        )
        assert "ook in een ander venster veranderd" in told.text
        assert "Van de een" in told.text
        page = await inbox(browser)
        assert box(page) == "Van de ander"
        assert "Van de een" in page
        taken = await submit_by_htmx(browser, "/inbox", f"{path}/other")
        assert box(taken.text) == "Van de een"


async def test_a_window_that_was_left_open_says_that_it_was_decided(
    organisation: Organisation, post: Post
) -> None:
    """Typing into a draft that was approved elsewhere is not kept, and the page says so."""
    await organisation.connect(ANNA)
    async with organisation.signed_in("anna@example.org") as browser:
        await submit(browser, "/inbox", f"/inbox/{post.id}/approve", text=TEXT)
        typed = await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/measure", text="Nog")
    assert "over deze tekst is al beslist" in typed.text.lower()
    assert "Je wijzigingen zijn bewaard." not in typed.text


async def test_what_is_typed_is_its_persons_alone(organisation: Organisation, post: Post) -> None:
    """No one else may read it, type into it, undo it or take it elsewhere."""
    async with organisation.signed_in("anna@example.org") as browser:
        await submit_by_htmx(browser, "/inbox", f"/inbox/{post.id}/measure", text="Van mij")
    async with organisation.signed_in("ben@example.org") as browser:
        for what in ("measure", "undo", "other", "connect", "put-back"):
            answer = await submit(browser, "/inbox", f"/inbox/{post.id}/{what}", text="Niet")
            assert answer.status_code == 404
            assert "Van mij" not in answer.text
    stored = await kept(organisation, post)
    assert stored is not None
    assert stored.text == "Van mij"
