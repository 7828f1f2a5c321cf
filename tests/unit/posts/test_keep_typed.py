"""What is typed into a draft stays until its person decides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import Rejected
from services.post import Post, PostState
from services.posts import choose_pace, decide, share_by_hand
from services.posts.cancel_posts import cancel_of_campaigns
from services.posts.choose_pace import approve_by_standing_consent
from services.posts.keep_typed import (
    MAX_CHARACTERS,
    Typing,
    keep_typed,
    take_other,
    undo_typing,
)
from services.posts.own_post import own_post
from services.posts.store import model_edits, posts, typed_texts
from services.posts.store.posts import NewPost
from services.posts.store.typed_texts import TypedText
from services.scheduling import Pace
from services.voice.store import own_words
from services.voice.store.own_words import OwnAnswer
from tests.builders import NOW, ambassador, campaign, draft, organise, story
from tests.unit.conftest import Desk


async def type_in(desk: Desk, post: Post, typing: Typing | str) -> TypedText | None:
    if isinstance(typing, str):
        typing = Typing(text=typing)
    async with desk.database.write() as transaction:
        return await keep_typed(
            transaction, typing, post_id=post.id, ambassador_id=post.ambassador_id, now=desk.now
        )


async def kept(desk: Desk, post: Post) -> TypedText | None:
    async with desk.database.read() as transaction:
        return (await typed_texts.of_posts(transaction, [post.id])).get(post.id)


async def test_a_text_is_kept_as_typed(desk: Desk) -> None:
    """Blanks, unfinished words and an emptied box too; nothing is stated, decided or written."""
    (post,) = await desk.prepare()
    assert await type_in(desk, post, post.text) is None, "nothing was changed yet"
    for number, text in enumerate(("  Half een wo ", "", post.text), start=1):
        typed = await type_in(desk, post, text)
        assert typed is not None
        assert (typed.text, typed.version) == (text, number)
        assert await kept(desk, post) == typed
    assert await desk.events() == []
    assert (await desk.post(post)).text == post.text
    assert await desk.actions(post.id) == []


async def test_what_no_store_can_hold_is_left_out(desk: Desk) -> None:
    """Control characters and halves of pairs go, and line ends are one kind."""
    (post,) = await desk.prepare()
    typed = await type_in(desk, post, "a\r\nb\x00\ud800c")
    assert typed is not None
    assert typed.text == "a\nbc"


async def test_far_too_much_is_refused(desk: Desk) -> None:
    """What was kept before stays."""
    (post,) = await desk.prepare()
    await type_in(desk, post, "x" * MAX_CHARACTERS)
    with pytest.raises(Rejected, match="1 characters too long"):
        await type_in(desk, post, "y" * (MAX_CHARACTERS + 1))
    stored = await kept(desk, post)
    assert stored is not None
    assert stored.text.startswith("x")


async def _edit(transaction: Transaction, who: dict[str, Any]) -> object:
    return await decide.edit(transaction, text="Mine.", **who)


async def _approve(transaction: Transaction, who: dict[str, Any]) -> object:
    post = await own_post(transaction, who["post_id"], who["ambassador_id"])
    return await decide.approve(transaction, post, text="Ik werk bij Deltaplan.", now=who["now"])


async def _decline(transaction: Transaction, who: dict[str, Any]) -> object:
    return await decide.decline(transaction, reason="", **who)


async def _share(transaction: Transaction, who: dict[str, Any]) -> object:
    return await share_by_hand.record_shared(transaction, text="Mine.", address="", **who)


async def _cancel(transaction: Transaction, who: dict[str, Any]) -> object:
    found = await posts.get(transaction, who["post_id"])
    assert found is not None
    return await cancel_of_campaigns(transaction, {found.campaign_id: "over"}, now=NOW)


@pytest.mark.parametrize("ending", [_edit, _approve, _decline, _share, _cancel])
async def test_it_goes_with_the_decision(
    desk: Desk, ending: Callable[[Transaction, dict[str, Any]], Awaitable[object]]
) -> None:
    """For any end of the draft nothing that was not approved is left."""
    (post,) = await desk.prepare()
    await type_in(desk, post, "Half een zin")
    who = {"post_id": post.id, "ambassador_id": post.ambassador_id, "now": desk.now}
    async with desk.database.write() as transaction:
        await ending(transaction, who)
    assert await kept(desk, post) is None


async def test_a_decided_draft_takes_nothing_any_more(desk: Desk) -> None:
    """A window that was left open says so instead of keeping what no one will see."""
    (post,) = await desk.prepare()
    await desk.approve(post)
    with pytest.raises(Rejected, match="decided already"):
        await type_in(desk, post, "Te laat")
    assert await kept(desk, post) is None


async def test_a_person_cannot_type_for_another(desk: Desk) -> None:
    """The draft of somebody else is none."""
    one, other = await desk.prepare(people=2)
    async with desk.database.write() as transaction:
        with pytest.raises(Rejected, match="no such draft"):
            await keep_typed(
                transaction,
                Typing(text="x"),
                post_id=one.id,
                ambassador_id=other.ambassador_id,
                now=NOW,
            )


async def test_the_later_window_wins_and_the_other_text_is_shown(desk: Desk) -> None:
    """Nothing is lost when two windows type: each reads what it took the place of."""
    (post,) = await desk.prepare()
    one = await type_in(desk, post, Typing(text="Een", window="a", version=0))
    assert one is not None
    again = await type_in(desk, post, Typing(text="Een en", window="a", version=0))
    assert again is not None
    assert again.other is None, "an answer that was lost makes no other window"
    two = await type_in(desk, post, Typing(text="Twee", window="b", version=0))
    assert two is not None
    assert (two.text, two.other, two.version) == ("Twee", "Een en", 3)
    more = await type_in(desk, post, Typing(text="Twee!", window="b", version=3))
    assert more is not None
    assert more.other == "Een en", "until it was seen to"
    async with desk.database.write() as transaction:
        await take_other(transaction, post_id=post.id, ambassador_id=post.ambassador_id)
    swapped = await kept(desk, post)
    assert swapped is not None
    assert (swapped.text, swapped.other) == ("Een en", "Twee!")
    same = await type_in(desk, post, Typing(text="Twee!", window="b", version=5))
    assert same is not None
    assert same.other is None, "both windows say the same"


async def test_undoing_leads_back_to_the_suggestion(desk: Desk) -> None:
    """Also from a text that was saved, which stays until the decision; and what was undone can be put
    back, until something is typed."""
    (post,) = await desk.prepare()
    who: dict[str, Any] = {"post_id": post.id, "ambassador_id": post.ambassador_id, "now": NOW}
    async with desk.database.write() as transaction:
        await decide.edit(transaction, text="Bewaard.", **who)
        await undo_typing(transaction, **who)
    back = await kept(desk, post)
    assert back is not None
    assert (back.text, back.undone) == (post.text, True)
    assert (await desk.post(post)).text == "Bewaard."
    async with desk.database.write() as transaction:
        await take_other(transaction, post_id=post.id, ambassador_id=post.ambassador_id)
    again = await kept(desk, post)
    assert again is not None
    assert (again.text, again.other) == ("Bewaard.", None)
    async with desk.database.write() as transaction:
        await undo_typing(transaction, **who)
    typed = await type_in(desk, post, Typing(text="Anders.", window="a", version=again.version + 1))
    assert typed is not None
    assert (typed.undone, typed.other) == (False, None)


async def test_no_consent_approves_what_its_person_is_typing(desk: Desk) -> None:
    """A standing consent leaves the draft, and a language model does so too."""
    (old,) = await desk.prepare()
    desk.now += timedelta(hours=1)
    about, person = campaign(story("fresh")), ambassador(1)
    async with desk.database.write() as transaction:
        await choose_pace.give_consent(transaction, ambassador_id=old.ambassador_id, now=desk.now)
        await organise(transaction, [], [about])
        fresh = draft(about, person, created_at=desk.now)
        soon = desk.now.replace(year=desk.now.year + 1)
        await posts.add(transaction, [NewPost(post=fresh, recipe={})])
        said = OwnAnswer(
            post_id=fresh.id, ambassador_id=person.id, prompt="?", answer="Ja.", answered_at=NOW
        )
        await own_words.keep_answer(transaction, said)
        await model_edits.ask(transaction, fresh.id, by=soon, first=True)
    async with desk.database.read() as transaction:
        assert await model_edits.waiting(transaction, now=desk.now, limit=9)
    await type_in(desk, fresh, "Half een zin")
    assert await approve_by_standing_consent(desk.database, Pace(), clock=lambda: desk.now) == 0
    assert await desk.state(fresh) is PostState.READY
    async with desk.database.read() as transaction:
        assert not await model_edits.waiting(transaction, now=desk.now, limit=9)


class Interrupted(Database):
    """A database in which something happens before each write."""

    first: Callable[[], Awaitable[object]]

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        await self.first()
        async with super().write() as transaction:
            yield transaction


async def test_no_consent_overtakes_who_begins_to_type(desk: Desk) -> None:
    """A draft that was covered a moment ago, and into which its person types now, waits."""
    (old,) = await desk.prepare()
    desk.now += timedelta(hours=1)
    about = campaign(story("fresh"))
    async with desk.database.write() as transaction:
        await choose_pace.give_consent(transaction, ambassador_id=old.ambassador_id, now=desk.now)
        await organise(transaction, [], [about])
        fresh = draft(about, ambassador(1), created_at=desk.now)
        await posts.add(transaction, [NewPost(post=fresh, recipe={})])
    racing = Interrupted(desk.database._engine)
    racing.first = lambda: type_in(desk, fresh, "Half een zin")
    assert await approve_by_standing_consent(racing, Pace(), clock=lambda: desk.now) == 1
    assert await desk.state(fresh) is PostState.READY
