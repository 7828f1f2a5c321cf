"""One post as its ambassador sees it: its card, read from the store in a few queries."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from services.accounts.rules import GONE
from services.accounts.store import connections
from services.campaigns.rules.matching import Content
from services.campaigns.rules.selection import Invitation
from services.campaigns.store import audience, campaigns
from services.database.transaction import Transaction
from services.events.incoming import StoryImage
from services.figures.store import figures
from services.figures.store.figures import Figure
from services.message import label
from services.people.rules.ambassador import Ambassador, SharingPreferences
from services.people.rules.disclosure import Missing, missing
from services.people.store import people, sharing_preferences
from services.ports import OutgoingPost, Preview, ShareIntent
from services.post import Post, PostState
from services.posts import schedule
from services.posts.answer_prompt import answered_elsewhere
from services.posts.rules.deletion import Deletion, DeletionState
from services.posts.rules.post_images import images_in_post
from services.posts.store import deletions, model_edits, typed_texts
from services.posts.store.typed_texts import TypedText
from services.text.network_text import measure_text
from services.text.normal_form import as_networks_keep
from services.voice.learning.own_words import own_share
from services.voice.passages import SourceText
from services.voice.store import own_words
from services.voice.store.own_words import OwnAnswer
from services.web.pages.posts.remarks import Remarks, Written, remarks_on
from services.web.parts import WebParts
from services.web.view import View

_HEADLINE = label("inbox.preview.headline", "{role} at {employer}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """``headline`` is what the person does and where, ``handle`` theirs on the network, if known."""

    name: str
    headline: str
    handle: str = ""

    @property
    def initials(self) -> str:
        """Of the first name and the last: "FI" of Fatima El Idrissi."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The question that asks for a fact of one's own, with ``others``, what was answered, and the
    share of the text that is the person's own, 0 to 1.

    Why this text: the ``relation`` it speaks from, and which of its source's ``passages`` it uses (``passage_text``),
    from 1. ``why`` says why there is no text before the question is answered. ``shown`` is the answer
    in the boxes: this post's, or what they answered beside another draft about the same, offered again;
    ``later``: after the one that stands in this text. ``before`` is what to choose for the text whose
    place this one took. ``unclear`` asks for what a stranger
    misses in their answer, whose post is held until then. ``model`` is what became of a
    language model's edit: "asked", "used" or "left"; empty: none was asked. ``follow_up`` is its question.
    """

    opening: str
    question: str
    answer: str
    share: float
    others: Sequence[str] = ()
    relation: str = ""
    passage: int = 0
    passages: int = 0
    passage_text: str = ""
    why: str = ""
    shown: OwnAnswer | None = None
    later: bool = False
    before: Mapping[str, Any] = field(default_factory=dict)
    unclear: str = ""
    model: str = ""
    follow_up: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSource:
    """What a person's post is about, to read on the card, and its ``url``, if any."""

    content: Content

    @property
    def url(self) -> str:
        return self.content.url or ""

    def paragraphs(self) -> Sequence[str]:
        """Parsed when a card shows them; what is measured while somebody types shows none."""
        return SourceText(self.content).lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a person sent with one draft that was refused, with the sentence that says why.

    ``about_address``: the sentence is about ``address``, where they say it was shared.
    """

    post_id: str
    text: str = ""
    opening: str = ""
    answer: str = ""
    address: str = ""
    fault: str = ""
    about_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One post as its ambassador sees it.

    ``by`` is the name above it, ``reason`` why this person was asked, in their language.
    ``box`` and ``answer`` are the contents of its boxes, ``text`` that as its network keeps it,
    ``kept`` what its person typed without deciding, ``window`` names this showing of it,
    ``missing`` is what was edited away from the text, ``remarks`` what to know about its words, and
    ``overlap`` how much of it colleagues have too, 0 to 1. ``fault`` is why it was refused; ``address``
    where it was shared, and ``address_fault`` why that was refused. ``price`` is what the network
    charges the organisation, in US dollars, None where it charges nothing. ``slot`` is the next good
    time. Not ``offered``: the
    network was switched off, and then it is not ``connected`` either.
    ``images`` are those that it goes out with. ``own`` is what is, or may become, the person's own.
    ``clicks`` by class; ``reach`` None: not asked yet; ``impressions`` None: unknown.
    ``intents`` are for sharing by hand. ``planned`` is when an approved post goes out, where that is
    still to come, and ``waits`` how long that is from now. ``deletion`` is the person's wish to have
    a published post off its network, and what became of it.
    """

    post: Post
    by: Byline
    title: str
    source: CardSource | None
    reason: str
    connected: bool
    offered: bool
    box: str
    text: str
    missing: Missing
    remarks: Remarks
    preview: Preview
    price: Decimal | None
    images: Sequence[StoryImage]
    own: Own
    overlap: float
    slot: datetime | None = None
    kept: TypedText | None = None
    window: str = ""
    opening: str = ""
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
    def changing(self) -> bool:
        """Whether the text is open for changes: something about it has to be mended."""
        kept = self.kept
        return bool(self.fault) or (kept is not None and kept.other is not None and not kept.undone)

    @property
    def undo_seconds(self) -> int | None:
        """How many seconds are left to undo it, where they can be counted."""
        return ceil(self.waits.total_seconds()) if self.planned and self.soon else None

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


#: A post that goes out sooner than this goes out "in a moment".
_SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What they ``chose`` about their posts, their ``accounts`` by network, why they were asked by campaign."""

    profile: Ambassador | None
    chose: SharingPreferences
    accounts: Mapping[str, connections.Connection]
    invited: Mapping[str, Invitation]


async def read_reader(
    transaction: Transaction, person_id: str, campaign_ids: Sequence[str]
) -> Reader:
    held = await connections.of_ambassador(transaction, person_id)
    return Reader(
        profile=(await people.ambassadors_by_id(transaction, [person_id])).get(person_id),
        chose=await sharing_preferences.get(transaction, person_id),
        accounts={each.network: each for each in held},
        invited=await audience.invitations_of(transaction, person_id, campaign_ids),
    )


async def read_card(
    transaction: Transaction,
    view: View,
    post: Post,
    typed: Typed | None = None,
    *,
    reader: Reader | None = None,
) -> Card:
    """The card of one of the reader's own posts, with what was ``typed`` in it."""
    parts, now = view.parts, view.now
    mine = typed or Typed(post_id=post.id)
    reader = reader or await read_reader(transaction, view.me.id, [post.campaign_id])
    campaign = await campaigns.get(transaction, post.campaign_id)
    pictures = await pictures_of(transaction, parts, post)
    why = reader.invited.get(post.campaign_id)
    connection = reader.accounts.get(post.network)
    offered = post.network in parts.networks
    connected = offered and connection is not None
    kept, is_open = None, post.state in typed_texts.OPEN
    if is_open:
        kept = (await typed_texts.of_posts(transaction, [post.id])).get(post.id)
    box = mine.text or (post.text if kept is None else kept.text)
    text = as_networks_keep(box)
    written = Written(campaign_id=post.campaign_id, language=post.language, text=text)
    (remarks,) = await remarks_on(transaction, [written])
    recipe = post.recipe
    own = await _read_own(transaction, view, post, text, recipe)
    overlap = post.overlap
    if text != post.text:
        overlap = await parts.nearest.overlap(transaction, post, text, now=now)
    slot = None
    if is_open and connected and reader.profile is not None:
        slot = await schedule.foresee(
            transaction, parts.pace, post, reader.profile, reader.chose, now=now
        )
    figures = await _read_figures(transaction, post)
    # A person who connected meanwhile has no field for an address any more.
    about_address = mine.about_address and not connected
    return Card(
        post=post,
        by=_byline(view, reader.profile, connection.handle if connection else ""),
        title=campaign.title if campaign else "",
        source=CardSource(content=campaign.content) if campaign and is_open else None,
        reason=why.reason_in(view.messages.language) if why else "",
        connected=connected,
        offered=offered,
        box=box,
        text=text,
        missing=missing(
            text,
            original=post.original_text,
            code=post.link_code,
            employer=recipe.get("employer", ""),
        ),
        preview=preview_of(parts, post.network, text),
        price=price_of(parts, post.network, text),
        images=pictures,
        own=own,
        overlap=overlap,
        slot=slot,
        kept=kept,
        window=secrets.token_urlsafe(6),
        opening=mine.opening or (own.shown.opening if own.shown else ""),
        answer=mine.answer or (own.shown.rest if own.shown else ""),
        address=mine.address,
        fault="" if about_address else mine.fault,
        address_fault=mine.fault if about_address else "",
        intents=parts.share_intents(
            post.network, text=text, link=f"{parts.base_url}/r/{post.link_code}"
        ),
        remarks=remarks,
        planned=post.publish_at if _wait(post, now) else None,
        waits=_wait(post, now),
        **figures,
    )


def _byline(view: View, profile: Ambassador | None, handle: str) -> Byline:
    role, employer = profile.role if profile else "", view.parts.organisation
    headline = view.messages.phrase(_HEADLINE, role=role, employer=employer)
    return Byline(name=view.me.name, headline=headline if role else employer, handle=handle)


async def _read_figures(transaction: Transaction, post: Post) -> dict[str, Any]:
    """What came of a post that is out."""
    if post.state not in (PostState.PUBLISHED, PostState.SHARED):
        return {}
    clicks = await figures.clicks_by_code(transaction, [post.link_code])
    reach = await figures.best_of_posts(transaction, [post.id], metric="reach")
    shown = await figures.best_of_posts(transaction, [post.id], metric="impressions")
    return {
        "clicks": clicks.get(post.link_code, {}),
        "reach": reach.get(post.id),
        "impressions": shown.get(post.id),
        "deletion": (await deletions.of_posts(transaction, [post.id])).get(post.id),
    }


def _wait(post: Post, now: datetime) -> timedelta:
    """How long an approved post still waits; zero when it is due, or not approved."""
    if post.state is not PostState.APPROVED or post.publish_at is None:
        return timedelta()
    return max(post.publish_at - now, timedelta())


async def _read_own(
    transaction: Transaction, view: View, post: Post, text: str, recipe: Mapping[str, Any]
) -> Own:
    """The post's question: one that this person was not asked before, if any; and why this text."""
    given = {each.post_id: each for each in await own_words.answers_of(transaction, view.me.id)}
    asked = {each.prompt for each in given.values()}
    answer = given.get(post.id)
    later = await answered_elsewhere(transaction, given, post, answer)
    shown = later or answer
    questions = recipe.get("questions", [])
    fresh = [each for each in questions if each not in asked] or questions
    question = shown.prompt if shown else next(iter(fresh), "")
    passage, thought = recipe.get("passage") or {}, recipe.get("model") or {}
    return Own(
        opening=recipe.get("opening", "") if shown is None or shown.opening else "",
        question=question,
        others=[each for each in questions if each != question],
        answer=answer.answer if answer else "",
        share=own_share(post.original_text, text),
        relation=recipe.get("relation", ""),
        passage=passage.get("number", -1) + 1,
        passages=passage.get("of", 0),
        passage_text=passage.get("text", ""),
        why=recipe.get("why", "") if not post.text else "",
        shown=shown,
        later=bool(later and answer),
        before=recipe.get("before") or {},
        unclear=recipe.get("unclear", "") if shown is answer and answer and not post.text else "",
        model=model_edits.state_of(thought, view.now),
        follow_up=thought.get("follow_up", ""),
    )


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
    transaction: Transaction, parts: WebParts, post: Post
) -> tuple[StoryImage, ...]:
    """The images that this post goes out with."""
    if not parts.image_urls:
        return ()
    by_campaign = await campaigns.images(transaction, [post.campaign_id])
    rules = parts.templates.networks.get(post.network, GONE)
    return images_in_post(rules, by_campaign.get(post.campaign_id, ()), parts.image_urls)


def price_of(parts: WebParts, network: str, text: str) -> Decimal | None:
    """What the network charges the organisation for a post with this text, in US dollars; an
    imitation charges nothing."""
    prices = None if network in parts.sandboxes else parts.prices.get(network)
    return prices.of(text) if prices and prices.for_posts else None
