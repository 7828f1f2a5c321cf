"""Claim posts that are due: no more than each network takes, and apart from those of colleagues.

The distance between colleagues is kept when posts go out and not only when they were planned: after
an outage everything that waited is due at once. Then one post of a campaign goes out on each network,
and the others get a place after it, each at its distance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.accounts.rules import CREATE_LIMITS, CircuitRules
from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.campaigns.store import campaigns
from services.database.engine import Database, has_turn
from services.database.record import Act, record_all
from services.database.transaction import Transaction
from services.events.incoming import StoryImage
from services.events.outgoing import PostPublishing
from services.events.statement import state
from services.message import NetworkName, message
from services.ports import LinkCard, OutgoingPost
from services.post import Post, text_sha256
from services.posts.network_room import (
    Limits,
    count_calls,
    measure_room,
    members_at_limit,
    reserve_probes,
)
from services.posts.store import posts, publishing
from services.posts.store.publishing import Claim, Due, HeldImage
from services.posts.upload_images import PostImages, references, with_images
from services.price import Prices
from services.scheduling import first_apart

#: How long an attempt is its worker's. No call is begun in its second half, and connectors end
#: theirs within 35 seconds, so an attempt that is alive ends before its lease does.
LEASE = timedelta(seconds=90)

_TOO_CLOSE = message("pace.too-close", "a colleague has just shared about the same")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingRules:
    """``concurrency`` posts at a time, each measured for the first time after ``first_measure``.

    ``prices`` are those of the networks that charge for a post, ``stagger`` is the least time between
    two posts of a campaign on one network. ``pause`` is the unit of the pauses between tries: the
    first is one to two of it, and they double.
    """

    concurrency: int
    first_measure: timedelta
    prices: Mapping[str, Prices] = field(default_factory=dict)
    stagger: timedelta = timedelta()
    lease: timedelta = LEASE
    pause: timedelta = timedelta(seconds=1)
    limits: Limits = field(default_factory=lambda: CREATE_LIMITS)
    circuit: CircuitRules = field(default_factory=CircuitRules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    claim: Claim
    post: Post
    outgoing: OutgoingPost
    connection: Connection | None
    started_at: datetime
    images: tuple[StoryImage, ...] = ()
    held: Mapping[str, HeldImage] = field(default_factory=dict)

    @property
    def interrupted(self) -> OutgoingPost:
        """Return what an attempt with an unknown end sent, with the images stored for it."""
        return with_images(self.outgoing, references(self.images, self.held))


class Claimer:
    """Claims for one publisher, by its rules."""

    def __init__(
        self,
        rules: PublishingRules,
        *,
        worker: str,
        short_link: Callable[[str], str],
        images: PostImages | None,
    ) -> None:
        self._rules = rules
        self._worker = worker
        self._short_link = short_link
        self._images = images

    async def claim(self, database: Database, free: int, now: datetime) -> list[Job]:
        """At most ``free`` due posts, each with what its attempt needs."""
        async with database.read() as transaction:
            # Most looks find nothing, and a write would wake everybody who waits for one.
            if not await publishing.any_due(transaction, now=now):
                return []
            room = await measure_room(transaction, self._rules.limits, now=now)
            if room and not await publishing.any_due(transaction, now=now, room=room):
                return []
        async with database.write() as transaction:
            return await self._take(transaction, free, now)

    async def _take(self, transaction: Transaction, free: int, now: datetime) -> list[Job]:
        room = await measure_room(transaction, self._rules.limits, now=now)
        candidates = await publishing.due(transaction, now=now, limit=free, room=room)
        waiting = await self._keep_apart(transaction, candidates, now)
        full = await members_at_limit(transaction, candidates, self._rules.limits, now=now)
        for each in full:
            reason = message(
                "pace.limit-reached",
                "your limit on {network} is reached",
                network=NetworkName(each.network),
            )
            await publishing.postpone(transaction, each.post_ids, until=each.until, reason=reason)
        waiting |= {post_id for each in full for post_id in each.post_ids}
        claims = await publishing.take(
            transaction,
            [each for each in candidates if each.post_id not in waiting],
            worker=self._worker,
            now=now,
            lease=self._rules.lease,
            limit=free,
            room=room,
        )
        if not claims:
            return []
        await count_calls(transaction, claims, self._rules.limits, now=now)
        await reserve_probes(transaction, claims, now=now, lease=self._rules.lease)
        found = await posts.by_ids(transaction, [claim.post_id for claim in claims])
        await self._record_intents(transaction, claims, found, now)
        held = await connections.get_many(
            transaction, [(claim.ambassador_id, claim.network) for claim in claims]
        )
        images, uploads = await self._pictures(transaction, claims, found)
        titles = await campaigns.titles(
            transaction, sorted({post.campaign_id for post in found.values()})
        )
        return [
            Job(
                claim=claim,
                post=(post := found[claim.post_id]),
                outgoing=self._outgoing(post, titles[post.campaign_id]),
                connection=held.get((claim.ambassador_id, claim.network)),
                started_at=now,
                images=images.get((post.campaign_id, post.network), ()),
                held=uploads.get(post.id, {}),
            )
            for claim in claims
        ]

    async def _pictures(
        self, transaction: Transaction, claims: Sequence[Claim], found: Mapping[str, Post]
    ) -> tuple[
        Mapping[tuple[str, str], tuple[StoryImage, ...]], Mapping[str, Mapping[str, HeldImage]]
    ]:
        """The images that belong in these posts, and those that their networks hold already."""
        if self._images is None:
            return {}, {}
        series = {(post.campaign_id, post.network) for post in found.values()}
        wanted = await self._images.wanted(transaction, series)
        if not any(wanted.values()):
            return {}, {}
        return wanted, await publishing.images_of(transaction, [one.post_id for one in claims])

    async def _keep_apart(
        self, transaction: Transaction, candidates: Sequence[Due], now: datetime
    ) -> set[str]:
        """Posts that are too close to a colleague's; each gets the next place that is not."""
        found = await publish_times(transaction, candidates, self._rules.stagger, now=now)
        later: dict[datetime, list[str]] = {}
        for post_id, moment in found.items():
            if moment is not None and moment > now:
                later.setdefault(moment, []).append(post_id)
        for moment, post_ids in later.items():
            await publishing.postpone(transaction, post_ids, until=moment, reason=_TOO_CLOSE)
        return {post_id for post_id, moment in found.items() if moment != now}

    def _outgoing(self, post: Post, title: str) -> OutgoingPost:
        card = LinkCard(url=self._short_link(post.link_code), title=title)
        return OutgoingPost(text=post.text, card=card)

    async def _record_intents(
        self,
        transaction: Transaction,
        claims: Sequence[Claim],
        found: dict[str, Post],
        now: datetime,
    ) -> None:
        """Note the intent where it is new; an interrupted one is stored already."""
        acts = []
        for claim in claims:
            if claim.interrupted_at is not None:
                continue
            post = found[claim.post_id]
            digest = text_sha256(post.text)
            event = PostPublishing(
                **post.ids, attempt=claim.attempt, text_sha256=digest, started_at=now
            )
            statement = state(event, at=now, cause=f"attempt {claim.attempt}")
            detail = {"attempt": claim.attempt, "sha256": digest}
            acts.append(Act("post.publishing", post.id, (statement,), detail))
        await record_all(transaction, acts, actor=self._worker, now=now)


async def publish_times(
    transaction: Transaction, candidates: Sequence[Due], distance: timedelta, *, now: datetime
) -> dict[str, datetime | None]:
    """When each of these posts may go out: ``now``, or later; by the post's id.

    None: another process plans for the same campaign at this moment, so the next round decides. An
    attempt that was interrupted goes on at once, because its post may be on the network already.
    """
    found: dict[str, datetime | None] = {each.post_id: now for each in candidates}
    fresh = [each for each in candidates if each.interrupted_at is None]
    if not distance or not fresh:
        return found
    ours = {
        each.series: await has_turn(transaction, "pace", *each.series)
        for each in sorted(fresh, key=lambda one: one.series)
    }
    sent = await posts.sent_of_series(
        transaction, [series for series, is_ours in ours.items() if is_ours], since=now - distance
    )
    for each in fresh:
        if not ours[each.series]:
            found[each.post_id] = None
            continue
        taken = sent.setdefault(each.series, [])
        moment = first_apart(now, taken, distance)
        taken.append(moment)
        found[each.post_id] = moment
    return found
