"""The ambassador decides: edit, approve, decline, take a decision back, or tell what was seen. What a person
changed in a text that they approve teaches their voice, and counts as their words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from services.accounts.rules import OURS, rules_of
from services.accounts.store import connections
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NeedsPerson, Rejected
from services.events.outgoing import (
    PostApproved,
    PostDeclined,
    PostFailed,
    PostPublished,
    PostTakenBack,
)
from services.events.statement import Fact, Statement, state
from services.message import NOTHING, NetworkName, message, said
from services.people.rules.ambassador import SharingPreferences
from services.people.rules.disclosure import discloses
from services.people.store import people
from services.ports import PostRules
from services.post import Post, PostState, check_transition, text_sha256
from services.posts.own_post import check_open, move, own_post, rewrite
from services.posts.record_outcome import NOT_ARRIVED
from services.posts.store import posts, typed_texts
from services.price import Prices, charge_for
from services.text.network_text import measure_text
from services.text.normal_form import normalise_text, printable
from services.voice.block_words import refuse_blocked
from services.voice.learning.learning import observe
from services.voice.learning.own_words import own_share
from services.voice.store import blocked_words, own_words, voice_profiles

_MAX_REASON_CHARACTERS = 1000


async def edit(
    transaction: Transaction,
    *,
    post_id: str,
    ambassador_id: str,
    text: str,
    now: datetime,
    networks: Mapping[str, PostRules] = OURS,
) -> Post:
    """Replace the draft's text. Raises Rejected when it is empty, too long, or decided already."""
    post = await own_post(transaction, post_id, ambassador_id)
    plain = _checked(post, text, networks)
    if plain != post.text:
        detail = {"sha256": text_sha256(plain)}
        return await rewrite(transaction, post, "post.edited", now=now, detail=detail, text=plain)
    await typed_texts.forget(transaction, [post.id])
    return post


async def approve(
    transaction: Transaction,
    post: Post,
    *,
    text: str,
    now: datetime,
    publish_at: datetime | None = None,
    standing: SharingPreferences | None = None,
    networks: Mapping[str, PostRules] = OURS,
) -> Post:
    """Approve exactly ``text`` for publication at ``publish_at``, or now.

    ``standing`` is the standing consent that this rests on; without one the person tapped.
    Raises NeedsPerson when the network is not connected, Rejected when the text does not fit, does
    not name the author's employer or holds a blocked word, or the draft was decided already.
    """
    _check_decidable(post)
    await check_open(transaction, post)
    plain = _checked(post, text, networks)
    if not discloses(plain, employer=post.recipe.get("employer", "")):
        raise Rejected(
            message("text.no-disclosure", "the text does not say any more whom you work for"),
            remedy=message(
                "do.put-disclosure-back", "Put that sentence back, or say it in your own words."
            ),
        )
    refuse_blocked((await blocked_words.read(transaction)).found_in(plain))
    if await connections.get(transaction, post.ambassador_id, post.network) is None:
        raise NeedsPerson(
            message(
                "network.not-connected",
                "{network} is not connected",
                network=NetworkName(post.network),
            ),
            remedy=message(
                "do.connect-or-share-yourself",
                "Connect it, or copy the text and share it yourself.",
            ),
        )
    publish_at = publish_at or now
    consent: Literal["tap", "standing"] = "tap" if standing is None else "standing"
    digest = text_sha256(plain)
    detail: dict[str, Any] = {"sha256": digest, "consent": consent}
    if standing is not None and standing.consent_given_at and standing.consent_until:
        detail["given_at"] = standing.consent_given_at.isoformat()
        detail["until"] = standing.consent_until.isoformat()
    event = PostApproved(
        **post.ids,
        ambassador_id=post.ambassador_id,
        text_sha256=digest,
        approved_at=now,
        publish_at=publish_at,
        consent=consent,
    )
    return await move(
        transaction,
        post,
        PostState.APPROVED,
        "post.approved",
        event,
        now=now,
        cause=f"{post.id} {now.isoformat()}",
        detail=detail,
        text=plain,
        consent=consent,
        publish_at=publish_at,
        tries=0,
        reason=NOTHING,
        remedy=NOTHING,
    )


async def decline(
    transaction: Transaction, *, post_id: str, ambassador_id: str, reason: str, now: datetime
) -> Post:
    """Decline a draft. The reason is optional and reaches the story's owner without a name."""
    post = await own_post(transaction, post_id, ambassador_id)
    plain = printable(reason).strip()[:_MAX_REASON_CHARACTERS]
    event = PostDeclined(
        post_id=post.id, campaign_id=post.campaign_id, reason=plain, declined_at=now
    )
    return await move(
        transaction, post, PostState.DECLINED, "post.declined", event, now=now, reason=said(plain)
    )


async def add_reason(
    transaction: Transaction, *, post_id: str, ambassador_id: str, reason: str, now: datetime
) -> Post:
    """Add the reason to a decline, which took one tap; the event of the decline is repeated with it.

    Raises Rejected when the reason is empty, or the draft is not declined any more.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    plain = printable(reason).strip()[:_MAX_REASON_CHARACTERS]
    if not plain:
        raise Rejected(
            message("reason.empty", "the reason is empty"),
            remedy=message("do.write-or-go-on", "Write a sentence, or go on without."),
        )
    declined = PostState.DECLINED
    moved = await posts.move(
        transaction, post.id, before=declined, after=declined, reason=said(plain)
    )
    if moved is None:
        raise Rejected(
            message("draft.not-aside", "this draft is not set aside any more"),
            remedy=message("do.load-again", "Load the page again."),
        )
    event = PostDeclined(
        post_id=post.id, campaign_id=post.campaign_id, reason=plain, declined_at=now
    )
    statement = state(event, at=now, cause=now.isoformat())
    await record(transaction, "post.declined", post.id, statement, actor=ambassador_id, now=now)
    return moved


async def take_back(
    transaction: Transaction, *, post_id: str, ambassador_id: str, now: datetime
) -> Post:
    """Undo an approval that was not sent yet, or a decline.

    Raises Rejected when it is too late: the post is under way, or its campaign has ended.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    if post.state in (PostState.PUBLISHING, PostState.PUBLISHED):
        raise Rejected(
            message(
                "post.on-its-way",
                "this post is on its way to {network} already",
                network=NetworkName(post.network),
            ),
            remedy=message("do.wait-and-take-off", "Once it is there you can take it off again."),
        )
    await check_open(transaction, post)
    return await move(
        transaction,
        post,
        PostState.READY,
        "post.taken_back",
        PostTakenBack(**post.ids, taken_back_at=now),
        now=now,
        publish_at=None,
        reason=NOTHING,
        by_tap_only=True,
    )


async def settle(
    transaction: Transaction,
    *,
    post_id: str,
    ambassador_id: str,
    there: bool,
    prices: Mapping[str, Prices],
    now: datetime,
) -> Post:
    """The person looked at the network after "outcome unknown": the post is there, or it is not.

    One that is there was charged for as any other, at ``prices``. One that is not there has failed,
    and can be approved again.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    if post.state is not PostState.UNKNOWN:
        raise Rejected(
            message("post.settled-already", "what became of this post is known"),
            remedy=message("do.load-again", "Load the page again."),
        )
    event: PostPublished | PostFailed
    changes: dict[str, Any]
    if there:
        charged = charge_for(prices, post.network, post.text)
        changes = {"published_at": now, "charged": charged, "reason": NOTHING, "remedy": NOTHING}
        event = PostPublished(
            **post.ids,
            external_id=post.external_id or "",
            url=post.external_url or "",
            published_at=now,
        )
    else:
        reason, remedy = NOT_ARRIVED, message("do.approve-again", "Approve it again.")
        changes = {"reason": reason, "remedy": remedy}
        event = PostFailed(**post.ids, reason=str(reason), remedy=str(remedy), failed_at=now)
    return await move(
        transaction,
        post,
        PostState.PUBLISHED if there else PostState.FAILED,
        "post.settled",
        event,
        now=now,
        cause=f"settled {now.isoformat()}",
        detail={"there": there},
        **changes,
    )


def _checked(post: Post, text: str, networks: Mapping[str, PostRules]) -> str:
    plain = normalise_text(text)
    measure = measure_text(rules_of(post.network, networks), plain)
    if measure.length > measure.limit:
        raise Rejected(
            message(
                "text.too-long",
                "the text is {excess} characters too long for {network}",
                excess=measure.length - measure.limit,
                network=NetworkName(post.network),
            ),
            remedy=message("do.shorten", "Shorten it."),
        )
    if not measure.valid:
        raise Rejected(
            message(
                "text.refused-character",
                "the text holds a character that {network} refuses",
                network=NetworkName(post.network),
            ),
            remedy=message("do.type-again", "Type it again."),
        )
    return plain


def _check_decidable(post: Post) -> None:
    """An unknown post is not one of them: it may be on the network already."""
    if post.state is PostState.UNKNOWN:
        raise Rejected(
            message("post.not-settled", "nobody knows yet whether this post went out"),
            remedy=message("do.look-first", "Look whether it is there first."),
        )
    check_transition(post.state, PostState.APPROVED)


async def learn_from_edits(
    transaction: Transaction, facts: Sequence[Fact[PostApproved]], _now: datetime
) -> list[Statement]:
    """Compare each approved text with its draft.

    One that was taken back and changed since is left to its next approval.
    """
    found = await posts.by_ids(transaction, [fact.data.post_id for fact in facts])
    approved = [
        (post, fact.data.approved_at)
        for fact in facts
        if (post := found.get(fact.data.post_id)) is not None
        and text_sha256(post.text) == fact.data.text_sha256
    ]
    await people.hold(transaction, [post.ambassador_id for post, _ in approved])
    for post, _ in sorted(approved, key=lambda each: each[0].id):
        await own_words.keep_share(transaction, post.id, own_share(post.original_text, post.text))
    for post, moment in sorted(approved, key=lambda each: (each[0].ambassador_id, each[0].id)):
        await voice_profiles.keep_observations(
            transaction,
            post.ambassador_id,
            post.id,
            observe(post.original_text, post.text),
            at=moment,
        )
    return []
