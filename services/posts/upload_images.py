"""Hand a story's images to the network before the post that shows them.

Each id is stored as soon as the network gave it: a retry, or another worker, goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from services.accounts.accounts import Accounts
from services.accounts.rules import GONE
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import OutcomeUnknown, RetryLater
from services.events.incoming import StoryImage
from services.message import NetworkName, message
from services.ports import Account, Image, Images, OutgoingPost, PostRules, UploadedImage
from services.posts.rules.post_images import images_in_post
from services.posts.store import publishing
from services.posts.store.publishing import HeldImage

#: Networks forget an image that no post refers to after a day.
_KEPT = timedelta(hours=12)
#: Seconds until a host that is away is asked again.
_PATIENCE = 60.0


class NotReady(RetryLater):
    """The post waits for its images; its network is not to blame."""


class PostImages:
    """The images of posts. ``allowed`` are the base addresses that ``source`` may ask."""

    def __init__(
        self,
        *,
        database: Database,
        accounts: Accounts,
        source: Images,
        allowed: Collection[str],
        networks: Mapping[str, PostRules],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._source = source
        self._allowed = allowed
        self._networks = networks
        self._clock = clock

    async def wanted(
        self, transaction: Transaction, series: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[StoryImage, ...]]:
        """The images of posts, by campaign and network."""
        images_of = await campaigns.images(
            transaction, sorted({campaign for campaign, _ in series})
        )
        return {
            (campaign, network): images_in_post(
                self._networks.get(network, GONE), images_of.get(campaign, ()), self._allowed
            )
            for campaign, network in series
        }

    async def upload(
        self,
        post_id: str,
        account: Account,
        images: Sequence[StoryImage],
        held: Mapping[str, HeldImage],
        *,
        is_late: Callable[[], bool],
    ) -> tuple[UploadedImage, ...]:
        """What the post refers to. Raises NotReady until all of it may be used; Rejected,
        NeedsPerson as the network or the image's host asks for."""
        ready = dict(held)
        for image in images:
            known = ready.get(image.url)
            if known is not None and self._clock() - known.uploaded_at < _KEPT:
                continue
            if is_late():
                raise NotReady(
                    message("images.on-their-way", "the story's images are on their way"), after=0
                )
            ready[image.url] = await self._upload(post_id, account, image)
        usable_at = max((ready[image.url].usable_at for image in images), default=self._clock())
        if usable_at > self._clock():
            wait = (usable_at - self._clock()).total_seconds()
            raise NotReady(
                message(
                    "images.being-prepared",
                    "{network} is preparing the story's images",
                    network=NetworkName(account.network),
                ),
                after=wait,
            )
        if is_late():
            raise NotReady(message("images.there", "the story's images are there"), after=0)
        return references(images, ready)

    async def _upload(self, post_id: str, account: Account, image: StoryImage) -> HeldImage:
        try:
            data = await self._accounts.call(self._source.fetch, image.url)
        except (RetryLater, OutcomeUnknown) as away:
            raise NotReady(away.message, after=_PATIENCE) from away
        given = await self._accounts.call(
            self._accounts.network(account.network).upload,
            account,
            Image(data=data, alt=image.alt),
        )
        now = self._clock()
        kept = HeldImage(
            url=image.url,
            media_id=given.media_id,
            uploaded_at=now,
            usable_at=now + timedelta(seconds=given.usable_after),
        )
        async with self._database.write() as transaction:
            await publishing.keep_image(transaction, post_id, kept)
        return kept


def references(
    images: Sequence[StoryImage], held: Mapping[str, HeldImage]
) -> tuple[UploadedImage, ...]:
    """Those that the network holds, in their order."""
    return tuple(
        UploadedImage(media_id=held[image.url].media_id, alt=image.alt)
        for image in images
        if image.url in held
    )


def with_images(post: OutgoingPost, images: tuple[UploadedImage, ...]) -> OutgoingPost:
    """One image is the thumbnail of the link's card; several take the card's place."""
    card = post.card if len(images) < 2 else None
    return OutgoingPost(text=post.text, card=card, images=images)
