"""Taking one's own post off a network: explained before, asked once, and shown afterwards."""

from __future__ import annotations

from services.message import message, said
from services.post import Post, PostState
from services.posts.rules.deletion import Deletion
from services.posts.store import deletions
from tests.unit.web.organisation import ANNA, TEXT, Organisation, story, submit


async def published(organisation: Organisation, **changes: object) -> Post:
    return await organisation.post(
        await organisation.campaign(story()),
        ANNA,
        state=PostState.PUBLISHED,
        published_at=organisation.clock,
        **{"external_id": "urn:li:share:1", **changes},
    )


async def test_it_is_asked_after_a_page_that_says_what_it_does(organisation: Organisation) -> None:
    """The card leads to the page; its button asks; the card then says that it is under way."""
    post = await published(organisation)
    page = f"/inbox/{post.id}/delete"
    async with organisation.signed_in("anna@example.org") as browser:
        assert f'href="{page}"' in (await browser.get(f"/inbox/{post.id}")).text
        confirm = (await browser.get(page)).text
        assert "kan niet ongedaan worden gemaakt" in confirm
        assert TEXT[:30] in confirm
        answer = await submit(browser, page, page, sure="yes")
        assert answer.headers["location"] == f"/inbox/{post.id}"
        inbox = (await browser.get(f"/inbox/{post.id}")).text
        assert "Dit bericht wordt van LinkedIn gehaald." in inbox
        assert f'hx-get="/inbox/{post.id}"' in inbox, "it shows by itself when it is gone"
        assert (await browser.get(page)).status_code == 303, "there is nothing left to ask"
    async with organisation.database.read() as transaction:
        assert post.id in await deletions.of_posts(transaction, [post.id])


async def test_nothing_is_asked_without_that_button(organisation: Organisation) -> None:
    """A form that skips the page is refused, and looking at the page asks for nothing."""
    post = await published(organisation)
    async with organisation.signed_in("anna@example.org") as browser:
        await browser.get(f"/inbox/{post.id}/delete")
        answer = await submit(browser, "/inbox", f"/inbox/{post.id}/delete")
        assert answer.status_code == 422
    async with organisation.database.read() as transaction:
        assert await deletions.of_posts(transaction, [post.id]) == {}


async def test_a_post_of_a_colleague_is_not_found(organisation: Organisation) -> None:
    """For a colleague the post does not exist."""
    post = await published(organisation)
    page = f"/inbox/{post.id}/delete"
    async with organisation.signed_in("ben@example.org") as browser:
        assert (await browser.get(page)).status_code == 404
        answer = await submit(browser, "/inbox", page, sure="yes")
        assert answer.status_code == 404


async def test_the_outcome_is_shown(organisation: Organisation) -> None:
    """Why it did not work yet or at all, with what to do; and that it is gone."""
    post = await published(organisation)
    now = organisation.clock
    asked = Deletion(
        post_id=post.id,
        asked_at=now,
        due_at=now,
        reason=message("mastodon.patience", "Mastodon asks for patience"),
    )
    failed = Deletion(
        post_id=post.id, asked_at=now, reason=said("no"), remedy=said("Connect it again.")
    )
    gone = Deletion(post_id=post.id, asked_at=now, deleted_at=now)
    told = (
        (asked, "Dat lukte nog niet: Mastodon vraagt om geduld. Het wordt vanzelf opnieuw"),
        (failed, "Probeer opnieuw om dit bericht van LinkedIn te halen"),
        (gone, "Van LinkedIn gehaald: "),
    )
    for deletion, sentence in told:
        async with organisation.database.write() as transaction:
            await deletions.ask(transaction, deletion)
        async with organisation.signed_in("anna@example.org") as browser:
            assert sentence in (await browser.get(f"/inbox/{post.id}")).text


async def test_a_post_without_an_address_is_explained(organisation: Organisation) -> None:
    """Its person reads how to delete it themselves."""
    post = await published(organisation, external_id=None)
    async with organisation.signed_in("anna@example.org") as browser:
        inbox = (await browser.get(f"/inbox/{post.id}")).text
        assert "kies ⋯ ernaast en dan Verwijderen" in inbox
        assert f"/inbox/{post.id}/delete" not in inbox
