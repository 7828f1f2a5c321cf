"""What the inbox shows of a post, read from the store in a few queries."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from services.accounts.rules.network_rules import GONE
from services.accounts.store import connections
from services.campaigns.store import audience, campaigns
from services.database.transaction import Transaction
from services.events.incoming import Image
from services.figures.store import post_figures
from services.figures.store.figures import Figure
from services.people.rules.disclosure import Missing, missing
from services.people.store import people
from services.ports import OutgoingPost, Preview, ShareIntent
from services.post import Post, PostState
from services.posts.rules.deletion import Deletion, DeletionState
from services.posts.rules.post_images import images_in_post
from services.posts.store import deletions, model_edits, posts, typed_texts
from services.posts.store.typed_texts import TypedText
from services.text.network_text import measure_text
from services.text.normal_form import as_networks_keep
from services.voice.learning.own_words import own_share
from services.voice.store import own_words
from services.web.pages.posts.remarks import Remarks, Written, remarks_on
from services.web.parts import WebParts
from services.web.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The question that asks for a fact of one's own, with ``others``, what was answered, and the
    share of the text that is the person's own, 0 to 1.

    Why this text: the ``relation`` it speaks from, and which of its source's ``passages`` is ``told``,
    from 1. ``why`` says why there is no text before the question is answered. ``earlier`` is what
    they answered beside another draft about the same, offered again. ``unclear`` asks for what a stranger
    misses in their answer, whose post is held until then. ``model`` is what became of a
    language model's edit: "asked", "used" or "left"; empty: none was asked. ``follow_up`` is its question.
    """

    question: str
    answer: str
    share: float
    others: Sequence[str] = ()
    relation: str = ""
    passage: int = 0
    passages: int = 0
    told: str = ""
    why: str = ""
    earlier: str = ""
    unclear: str = ""
    model: str = ""
    follow_up: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a person sent with one draft that was refused, with the sentence that says why.

    ``about_address``: the sentence is about ``address``, where they say it was shared.
    """

    post_id: str
    text: str = ""
    answer: str = ""
    address: str = ""
    fault: str = ""
    about_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One post as its ambassador sees it.

    ``reason`` is why this person was asked, in their language, and ``score`` how well it suits.
    ``box`` and ``answer`` are what stands in its boxes, ``text`` that as its network keeps it,
    ``kept`` what its person typed without deciding, ``window`` names this showing of it,
    ``missing`` is what was edited away from the text, ``remarks`` what to know about its words, ``fault`` why it was refused; ``address`` is
    where it was shared, and ``address_fault`` why that was refused. ``price`` is what the network
    charges the organisation, in US dollars, None where it charges nothing. Not ``offered``: the
    network was switched off, and then it is not ``connected`` either.
    ``images`` are those that it goes out with. ``own`` is what is, or may become, the person's own.
    ``clicks`` by class; ``reach`` None: not asked yet; ``impressions`` None: nobody told.
    ``intents`` are for sharing by hand. ``planned`` is when an approved post goes out, where that is
    still to come, and ``waits`` how long that is from now. ``deletion`` is the person's wish to have
    a published post off its network, and what became of it.
    """

    post: Post
    title: str
    reason: str
    score: int
    connected: bool
    offered: bool
    box: str
    text: str
    missing: Missing
    remarks: Remarks
    preview: Preview
    price: Decimal | None
    images: Sequence[Image]
    own: Own
    kept: TypedText | None = None
    window: str = ""
    answer: str = ""
    address: str = ""
    fault: str = ""
    address_fault: str = ""
    clicks: Mapping[str, int] = field(default_factory=dict)
    reach: Figure | None = None
    impressions: Figure | None = None
    intents: Sequence[ShareIntent] = ()
    planned: datetime | None = None
    waits: timedelta = timedelta()
    deletion: Deletion | None = None

    @property
    def changed(self) -> bool:
        """Whether its boxes hold something that is not stored, or that was refused."""
        return bool(self.fault or self.address_fault) or self.text != self.post.text

    @property
    def soon(self) -> bool:
        """Whether it goes out before anybody has read the time."""
        return self.waits <= _SOON

    @property
    def under_way(self) -> bool:
        """Whether something is to be seen of it soon without anybody doing anything."""
        if self.post.state in (PostState.APPROVED, PostState.PUBLISHING):
            return True
        return self.deletion is not None and self.deletion.state is DeletionState.ASKED

    @property
    def look_again(self) -> int:
        """Seconds until something is to be seen of a post that is on its way."""
        if self.planned is None:
            return 3
        return min(ceil(self.waits.total_seconds()) + 1, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One story or vacancy with the drafts about it: one a network. ``begin``: start here."""

    title: str
    cards: Sequence[Card]
    begin: bool

    @property
    def unfolded(self) -> bool:
        """Nobody has to decide on eight texts at once; what was just refused stays in sight."""
        return self.begin or any(card.changed for card in self.cards)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """``waiting`` needs a decision, ``trouble`` needs a look, ``under_way`` needs nothing."""

    waiting: Sequence[Subject]
    trouble: Sequence[Card]
    under_way: Sequence[Card]
    published: Sequence[Card]
    aside: Sequence[Card]


#: A post that goes out sooner than this goes out "in a moment".
_SOON = timedelta(minutes=1)

_SECTIONS: Mapping[PostState, str] = {
    PostState.READY: "waiting",
    PostState.FAILED: "trouble",
    PostState.UNKNOWN: "trouble",
    PostState.APPROVED: "under_way",
    PostState.PUBLISHING: "under_way",
    PostState.PUBLISHED: "published",
    PostState.SHARED: "published",
    PostState.DECLINED: "aside",
    PostState.CANCELLED: "aside",
}


async def read_inbox(transaction: Transaction, view: View, typed: Typed | None = None) -> Inbox:
    found = await posts.of_ambassador(transaction, view.me.id)
    sections: dict[str, list[Card]] = {name: [] for name in Inbox.__dataclass_fields__}
    for card in await read_cards(transaction, view, found, typed):
        sections[_SECTIONS[card.post.state]].append(card)
    return Inbox(waiting=_by_campaign(sections.pop("waiting")), **sections)


def _by_campaign(waiting: Sequence[Card]) -> list[Subject]:
    """The best match first, so that beginning there says something; of equal ones the newest."""
    groups: dict[str, list[Card]] = {}
    for card in sorted(waiting, key=lambda card: -card.score):  # stable: they come newest first
        groups.setdefault(card.post.campaign_id, []).append(card)
    return [
        Subject(title=cards[0].title, cards=cards, begin=place == 0)
        for place, cards in enumerate(groups.values())
    ]


async def read_cards(
    transaction: Transaction, view: View, found: Sequence[Post], typed: Typed | None = None
) -> list[Card]:
    """Cards of the reader's own posts, in their order; one of them as it was ``typed``."""
    parts, ambassador_id = view.parts, view.me.id
    campaign_ids = sorted({post.campaign_id for post in found})
    titles = await campaigns.titles(transaction, campaign_ids)
    pictures = await pictures_of(transaction, parts, found)
    invited = await audience.invitations_of(transaction, ambassador_id, campaign_ids)
    networks = await connections.networks_of(transaction, [ambassador_id])
    published = [post for post in found if _SECTIONS[post.state] == "published"]
    clicks = await post_figures.clicks_by_code(transaction, [post.link_code for post in published])
    ids = [post.id for post in published]
    wanted_off = await deletions.of_posts(transaction, ids)
    reach = await post_figures.best_of_posts(transaction, ids, metric="reach")
    shown = await post_figures.best_of_posts(transaction, ids, metric="impressions")
    waiting = [post.id for post in found if post.state in typed_texts.OPEN]
    kept = await typed_texts.of_posts(transaction, waiting)
    boxes = {post.id: _in_box(post, kept.get(post.id), typed) for post in found}
    texts = {identity: as_networks_keep(box) for identity, box in boxes.items()}
    written = [
        Written(campaign_id=post.campaign_id, language=post.language, text=texts[post.id])
        for post in found
    ]
    remarks = await remarks_on(transaction, written)
    recipes = await posts.recipes(transaction, [post.id for post in found])
    own = await _read_own(transaction, view, found, texts, recipes)
    now = parts.clock()
    cards = []
    for post, remark in zip(found, remarks, strict=True):
        mine = typed if typed is not None and typed.post_id == post.id else Typed(post_id=post.id)
        text = texts[post.id]
        why = invited.get(post.campaign_id)
        offered = post.network in parts.networks
        connected = offered and post.network in networks.get(ambassador_id, ())
        # Whoever connected meanwhile has no field for an address any more.
        about_address = mine.about_address and not connected
        cards.append(
            Card(
                post=post,
                title=titles[post.campaign_id],
                reason=why.reason_in(view.messages.language) if why else "",
                score=why.score if why else 0,
                connected=connected,
                offered=offered,
                box=boxes[post.id],
                text=text,
                missing=missing(
                    text,
                    original=post.original_text,
                    code=post.link_code,
                    employer=recipes.get(post.id, {}).get("employer", ""),
                ),
                preview=preview_of(parts, post.network, text),
                price=price_of(parts, post.network, text),
                images=pictures[post.id],
                own=own[post.id],
                kept=kept.get(post.id),
                window=secrets.token_urlsafe(6),
                answer=mine.answer or own[post.id].answer or own[post.id].earlier,
                address=mine.address,
                fault="" if about_address else mine.fault,
                address_fault=mine.fault if about_address else "",
                clicks=clicks.get(post.link_code, {}),
                reach=reach.get(post.id),
                impressions=shown.get(post.id),
                intents=intents_of(parts, post, text),
                remarks=remark,
                planned=post.publish_at if _wait(post, now) else None,
                waits=_wait(post, now),
                deletion=wanted_off.get(post.id),
            )
        )
    return cards


def _in_box(post: Post, kept: TypedText | None, typed: Typed | None) -> str:
    """What stands in its box: what was sent just now, what was typed before, or what is stored."""
    sent = typed.text if typed is not None and typed.post_id == post.id else ""
    return sent or (post.text if kept is None else kept.text)


def _wait(post: Post, now: datetime) -> timedelta:
    """How long an approved post still waits; zero when it is due, or not approved."""
    if post.state is not PostState.APPROVED or post.publish_at is None:
        return timedelta()
    return max(post.publish_at - now, timedelta())


async def _read_own(
    transaction: Transaction,
    view: View,
    found: Sequence[Post],
    texts: Mapping[str, str],
    recipes: Mapping[str, Mapping[str, Any]],
) -> dict[str, Own]:
    """Each post's question: one that this person was not asked before, if any; and why this text."""
    given = {each.post_id: each for each in await own_words.answers_of(transaction, view.me.id)}
    asked = {each.prompt for each in given.values()}
    answered = await posts.by_ids(transaction, list(given))
    said = {
        each.campaign_id: given[each.id].answer
        for each in sorted(answered.values(), key=lambda each: given[each.id].answered_at)
    }
    own: dict[str, Own] = {}
    for post in found:
        recipe = recipes.get(post.id, {})
        questions = recipe.get("questions", [])
        fresh = [each for each in questions if each not in asked] or questions
        answer = given.get(post.id)
        question = answer.prompt if answer else next(iter(fresh), "")
        passage, thought = recipe.get("passage") or {}, recipe.get("model") or {}
        own[post.id] = Own(
            question=question,
            others=[each for each in questions if each != question],
            answer=answer.answer if answer else "",
            share=own_share(post.original_text, texts[post.id]),
            relation=recipe.get("relation", ""),
            passage=passage.get("number", -1) + 1,
            passages=passage.get("of", 0),
            told=passage.get("text", ""),
            why=recipe.get("why", "") if not post.text else "",
            earlier=said.get(post.campaign_id, ""),
            unclear=recipe.get("unclear", "") if answer and not post.text else "",
            model=model_edits.state_of(thought, view.now),
            follow_up=thought.get("follow_up", ""),
        )
    return own


def preview_of(parts: WebParts, network: str, text: str) -> Preview:
    """What the connector would send; for a network without one, the measure of the text itself."""
    connector = parts.networks.get(network)
    if connector is not None:
        return connector.preview(OutgoingPost(text=text))
    measure = measure_text(parts.templates.networks.get(network, GONE), text)
    return Preview(
        network=network,
        length=measure.length,
        limit=measure.limit,
        valid=measure.valid,
        payload=text,
    )


async def pictures_of(
    transaction: Transaction, parts: WebParts, found: Sequence[Post]
) -> dict[str, tuple[Image, ...]]:
    """The images that each of these posts goes out with, by the post's id."""
    if not parts.image_urls:
        return {post.id: () for post in found}
    told = await campaigns.images(transaction, sorted({post.campaign_id for post in found}))
    return {
        post.id: images_in_post(
            parts.templates.networks.get(post.network, GONE),
            told.get(post.campaign_id, ()),
            parts.image_urls,
        )
        for post in found
    }


def price_of(parts: WebParts, network: str, text: str) -> Decimal | None:
    """What the network charges the organisation for a post with this text, in US dollars."""
    prices = parts.prices.get(network)
    return prices.of(text) if prices and prices.for_posts else None


def is_shared_by_hand(parts: WebParts, post: Post, connected: Collection[str]) -> bool:
    """Whether its card offers that: a draft for a network that its person did not connect, or that
    was switched off."""
    usable = post.network in connected and post.network in parts.networks
    return post.state is PostState.READY and not usable


def intents_of(parts: WebParts, post: Post, text: str) -> Sequence[ShareIntent]:
    """Ways to share ``text``, as it stands now, by hand."""
    link = f"{parts.base_url}/r/{post.link_code}"
    return parts.share_intents(post.network, text=text, link=link)


async def time_zone_of(transaction: Transaction, ambassador_id: str) -> str | None:
    """The person's time zone, or None when they have no profile."""
    found = await people.ambassadors_by_id(transaction, [ambassador_id])
    return found[ambassador_id].timezone if ambassador_id in found else None
