"""Keep what a person types into a draft, also when they leave the page before they decide.

It is private: no event has it, no consent covers it, and it is deleted with the decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.post import Post
from services.posts.own_post import own_post
from services.posts.store import typed_texts
from services.posts.store.typed_texts import TypedText
from services.text.normal_form import printable

#: Several times what any network takes.
MAX_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """``text`` in a window that showed ``version``; 0: nothing typed yet."""

    text: str
    window: str = ""
    version: int | None = None

    def crosses(self, kept: TypedText) -> bool:
        """Whether ``kept`` is newer than what the window was shown, and another one's."""
        return (
            self.version not in (None, kept.version)
            and self.window != kept.window
            and printable(self.text) != kept.text
        )


async def keep_typed(
    transaction: Transaction, typing: Typing, *, post_id: str, ambassador_id: str, now: datetime
) -> TypedText | None:
    """Keep what was typed; the later one wins, and what another window had typed is put beside it.

    None when nothing was changed yet. Raises Rejected for a text that is far too long, and when the
    draft was decided already.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    text = printable(typing.text)
    if len(text) > MAX_CHARACTERS:
        raise Rejected(
            message(
                "text.too-long-to-keep",
                "the text is {excess} characters too long to be kept",
                excess=len(text) - MAX_CHARACTERS,
            ),
            remedy=message("do.shorten", "Shorten it."),
        )
    before = (await typed_texts.of_posts(transaction, [post.id])).get(post.id)
    if before is None and text.strip() == post.text and post.state in typed_texts.OPEN:
        return None
    if not await typed_texts.hold_open(transaction, post.id):
        raise Rejected(
            message("draft.decided-already", "the draft was decided already"),
            remedy=message("do.load-again", "Load the page again."),
        )
    before = (await typed_texts.of_posts(transaction, [post.id])).get(post.id)
    other = None if before is None or before.undone else before.other
    if before is not None and typing.crosses(before):
        other = before.text
    kept = TypedText(
        post_id=post.id,
        text=text,
        version=before.version + 1 if before is not None else 1,
        window=typing.window,
        typed_at=now,
        other=None if other == text else other,
    )
    await typed_texts.keep(transaction, kept)
    return kept


async def undo_typing(
    transaction: Transaction, *, post_id: str, ambassador_id: str, now: datetime
) -> Post:
    """Back to the text that was suggested; what stood in its place is kept, for `take_other`.

    Raises Rejected when the draft was decided already.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    if not await typed_texts.hold_open(transaction, post.id):
        raise Rejected(
            message("draft.decided-already", "the draft was decided already"),
            remedy=message("do.load-again", "Load the page again."),
        )
    before = (await typed_texts.of_posts(transaction, [post.id])).get(post.id)
    stood = post.text if before is None else before.text
    if stood != post.original_text:
        undone = TypedText(
            post_id=post.id,
            text=post.original_text,
            version=1 if before is None else before.version + 1,
            window=typed_texts.UNDONE,
            typed_at=now,
            other=stood,
        )
        await typed_texts.keep(transaction, undone)
    return post


async def take_other(transaction: Transaction, *, post_id: str, ambassador_id: str) -> Post:
    """Let the text of the other window and this one change places; or put back what was undone.

    Raises Rejected when the draft was decided already.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    if not await typed_texts.hold_open(transaction, post.id):
        raise Rejected(
            message("draft.decided-already", "the draft was decided already"),
            remedy=message("do.load-again", "Load the page again."),
        )
    kept = (await typed_texts.of_posts(transaction, [post.id])).get(post.id)
    if kept is not None and kept.other is not None:
        swapped = replace(
            kept,
            text=kept.other,
            other=None if kept.undone else kept.text,
            version=kept.version + 1,
        )
        await typed_texts.keep(transaction, swapped)
    return post
