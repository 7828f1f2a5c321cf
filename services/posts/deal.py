"""What was dealt of a source already: who of its people are colleagues, what it can still carry, said before
anybody is asked, and how much a text that is being typed has in common with theirs.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.transaction import Transaction
from services.events.incoming import StoryApproved
from services.identity import ambassador_id
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.post import Post
from services.posts.store import posts
from services.posts.store.posts import WrittenText
from services.voice import Composer, Dealt, Draft, DraftRequest
from services.voice.passages import SourceText
from services.voice.voice_profile import taught
from services.voice.writing.dealing import NO_PASSAGE, OverlapGuard
from services.voice.writing.relations import Cast, Scene, cast_of
from services.voice.writing.request import Content

_ASCII = re.compile(r"[A-Za-z]{3,}")


async def dealt_of(
    transaction: Transaction, kind: str, source_id: str, *, besides: Collection[str] = ()
) -> Dealt:
    """All texts about a story or vacancy, but those ``besides``."""
    dealt = Dealt()
    await fill(dealt, transaction, kind, source_id, besides=besides)
    return dealt


async def fill(
    dealt: Dealt,
    transaction: Transaction,
    kind: str,
    source_id: str,
    *,
    besides: Collection[str] = (),
) -> None:
    """Add what is not in it yet."""
    for written in await posts.texts_of_source(transaction, kind=kind, source_id=source_id):
        if written.id not in besides and written.id not in dealt:
            passage = written.recipe.get("passage") or {}
            dealt.remember(
                written.id,
                network=written.network,
                text=written.text,
                passage=passage.get("number", NO_PASSAGE),
                layout=f"{written.angle}/{written.recipe.get('layout', '')}",
                aside=written.recipe.get("parts", {}).get("passage", ""),
            )


async def cast(transaction: Transaction, content: Content, some: Collection[Ambassador]) -> Cast:
    """The author among the colleagues; names that several have, as far as ``some`` are spoken of."""
    scene = Scene.of(SourceText(content))
    known = {person.id: person for person in some if scene.speaks_of(person.name)}
    spoken_of = {person.name for person in known.values()}
    if isinstance(content, StoryApproved) and content.author is not None:
        author = ambassador_id(content.author.email or "")
        known |= await people.ambassadors_by_id(transaction, [author])
        if author not in known:
            # By name it may be any of them.
            known |= {person.id: person for person in some}
            spoken_of.add(content.author.name)
    for name in sorted(spoken_of):
        part = max(_ASCII.findall(name), key=len, default="")
        if part:
            known |= {one.id: one for one in await people.ambassadors_called(transaction, part)}
    return cast_of(content, known.values())


#: So many people are looked at: no source carries more posts.
_LOOKED_AT = 1_000
#: Posts that are shown.
_SAMPLES = 3
#: The network that most people connect.
_NETWORK = "linkedin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Of ``asked`` people ``texts`` can have a post, the others a question alone; a few ``samples``.
    ``at_once``: they get it without asking for it, because its passages were chosen."""

    asked: int
    texts: int
    at_once: bool
    samples: Sequence[tuple[Ambassador, Draft]]

    @property
    def first(self) -> int:
        """How many are asked for a sentence first."""
        return self.asked - self.texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The people of a campaign by rank, and who of its source is among them."""

    people: Sequence[Ambassador]
    size: int
    cast: Cast


async def read_audience(transaction: Transaction, campaign: Campaign) -> Audience:
    """Those who would be asked, the first thousand of them."""
    invited = await audience.proposed(transaction, campaign.id)
    ids = [one.ambassador_id for one in invited[:_LOOKED_AT]]
    found = await taught(transaction, await people.ambassadors_by_id(transaction, ids))
    return Audience(
        people=[found[identity] for identity in ids if identity in found],
        size=len(invited),
        cast=await cast(transaction, campaign.content, found.values()),
    )


def foresee(composer: Composer, campaign: Campaign, them: Audience, *, link: str) -> Foreseen:
    """Deal to all of them as the worker will. Takes a tenth of a second for a thousand people."""
    dealt = Dealt()
    network = _NETWORK if _NETWORK in composer.networks else next(iter(composer.networks))
    drafts: list[tuple[Ambassador, Draft]] = []
    for rank, person in enumerate(them.people):
        draft = composer.compose(
            DraftRequest(
                campaign_id=campaign.id,
                content=campaign.content,
                ambassador=person,
                network=network,
                rank=rank,
                seed=campaign.seed,
                link=link,
                wants_text=True,
                cast=them.cast,
            ),
            dealt,
        )
        dealt.add(person.id, draft)
        if draft.text:
            drafts.append((person, draft))
    return Foreseen(
        asked=them.size,
        texts=len(drafts),
        at_once=bool(campaign.content.passages),
        samples=_different(drafts),
    )


def _different(drafts: Sequence[tuple[Ambassador, Draft]]) -> Sequence[tuple[Ambassador, Draft]]:
    """Return a few, of people with different relations where there are such."""
    first = {one[1].relation: one for one in reversed(drafts)}
    chosen = [one for one in drafts if first[one[1].relation] is one][:_SAMPLES]
    others = [one for one in drafts if one not in chosen]
    return [*chosen, *others][:_SAMPLES]


_FRESH = timedelta(minutes=1)
_MOST = 20


@dataclass(frozen=True, slots=True)
class _Read:
    at: datetime
    guard: OverlapGuard


class NearestTexts:
    """Of one process; it remembers the texts of a few campaigns."""

    def __init__(self) -> None:
        self._read: OrderedDict[str, _Read] = OrderedDict()

    async def overlap(
        self, transaction: Transaction, post: Post, text: str, *, now: datetime
    ) -> float:
        """The highest overlap with any colleague's text, 0 to 1; passages shared
        on purpose are not counted."""
        found = self._read.get(post.campaign_id)
        if found is None or not found.at <= now < found.at + _FRESH:
            texts = await _texts(transaction, post)
            found = _Read(now, await asyncio.to_thread(_guard, texts))
            self._read[post.campaign_id] = found
        self._read.move_to_end(post.campaign_id)
        while len(self._read) > _MOST:
            self._read.popitem(last=False)
        own = await posts.of_ambassador(transaction, post.ambassador_id)
        aside = post.recipe.get("parts", {}).get("passage", "")
        return found.guard.overlap(text, aside=aside, besides=[each.id for each in own])


async def _texts(transaction: Transaction, post: Post) -> Sequence[WrittenText]:
    campaign = await campaigns.of_post(transaction, post.id)
    if campaign is None:
        return ()
    return await posts.texts_of_source(
        transaction, kind=campaign.kind, source_id=campaign.source_id
    )


def _guard(texts: Sequence[WrittenText]) -> OverlapGuard:
    guard = OverlapGuard()
    for each in texts:
        guard.add(each.id, each.text, aside=each.recipe.get("parts", {}).get("passage", ""))
    return guard
