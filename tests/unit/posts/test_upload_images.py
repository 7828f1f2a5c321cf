"""A story's images go out with its posts: uploaded once, and from the organisation's hosts alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.rules import GONE, OURS
from services.accounts.store import connections, network_calls
from services.campaigns.store import campaigns
from services.errors import AccessInDoubt, NeedsNewAccess, Rejected, RetryLater
from services.events.incoming import StoryImage
from services.message import said
from services.ports import Tokens, UploadedImage
from services.post import Post, PostState
from services.posts.claim_posts import LEASE
from services.posts.rules.post_images import images_in_post
from services.posts.upload_images import PostImages
from tests.builders import ambassador, campaign, connection, organise, story
from tests.scripted_network import Lost
from tests.unit.conftest import Desk

HOST = "https://www.example.org"
FIRST = StoryImage(url=f"{HOST}/sluis.jpg", alt="De sluisdeur")
SECOND = StoryImage(url=f"{HOST}/schipper.png", alt="De schipper")
FOREIGN = StoryImage(url="https://elsewhere.example/x.jpg", alt="")


class Shelf:
    """An image source that keeps its images; ``faults`` are raised first."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.faults:
            raise self.faults.pop(0)
        return f"bytes of {url}".encode()


def pictures(desk: Desk, shelf: Shelf) -> PostImages:
    return PostImages(
        database=desk.database,
        accounts=desk.accounts,
        source=shelf,
        allowed=[HOST],
        networks=OURS,
        clock=lambda: desk.now,
    )


async def prepare(desk: Desk, *images: StoryImage) -> Post:
    """One approved post about a story with these images."""
    person = ambassador(1)
    sealed = desk.vault.seal(Tokens(access="a0", refresh="r0"))
    async with desk.database.write() as transaction:
        (draft,) = await organise(transaction, [person], [campaign(story(images=images))])
        held = connection(person, tokens=sealed, expires_at=None)
        await connections.save(transaction, held)
    await desk.approve(draft)
    return draft


@pytest.mark.parametrize(
    ("network", "number", "left"), [("linkedin", 25, 20), ("x", 6, 4), ("mastodon", 6, 4)]
)
def test_no_more_than_a_network_takes(network: str, number: int, left: int) -> None:
    """The first of them, in their order; of a network that was taken away none is wanted."""
    images = [StoryImage(url=f"{HOST}/{n}.jpg") for n in range(number)]
    assert images_in_post(OURS[network], images, [HOST]) == tuple(images[:left])
    assert images_in_post(GONE, images, [HOST]) == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org.evil.example/a.jpg",
        "http://www.example.org/a.jpg",
        "https://elsewhere.example/https://www.example.org/a.jpg",
    ],
)
def test_an_image_from_elsewhere_is_left_out(url: str) -> None:
    """What looks like our address is not ours."""
    assert images_in_post(OURS["x"], [StoryImage(url=url), FIRST], [HOST]) == (FIRST,)


async def test_one_image_is_the_cards_and_several_stand_alone(desk: Desk) -> None:
    """With their alternative texts; an image from elsewhere is not even asked for."""
    shelf = Shelf()
    await prepare(desk, FIRST, FOREIGN)
    await desk.work(desk.publisher(images=pictures(desk, shelf)))
    (sent,) = desk.network.sent
    assert sent.images == (UploadedImage(media_id="m1", alt="De sluisdeur"),)
    assert sent.card is not None
    assert shelf.asked == [FIRST.url]


async def test_several_images_take_the_place_of_the_card(desk: Desk) -> None:
    """The link is in the text anyway."""
    await prepare(desk, FIRST, SECOND)
    await desk.work(desk.publisher(images=pictures(desk, Shelf())))
    (sent,) = desk.network.sent
    assert [image.alt for image in sent.images] == ["De sluisdeur", "De schipper"]
    assert sent.card is None


async def test_a_network_that_prepares_an_image_is_waited_for(desk: Desk) -> None:
    """Nothing sleeps: the post waits like any other, and the image is not uploaded again."""
    desk.network.preparing = 10.0
    draft, shelf = await prepare(desk, FIRST), Shelf()
    publisher = desk.publisher(images=pictures(desk, shelf))
    await desk.work(publisher)
    waiting = await desk.post(draft)
    assert waiting.state is PostState.APPROVED
    assert str(waiting.reason) == "linkedin is preparing the story's images"
    assert desk.network.calls == ["upload"]
    desk.now += timedelta(seconds=12)
    await desk.work(publisher)
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.calls == ["upload", "publish"]


async def test_a_retry_goes_on_where_the_last_attempt_stopped(desk: Desk) -> None:
    """What the network has is not uploaded again, by whichever worker; what failed is."""
    draft = await prepare(desk, FIRST, SECOND)
    desk.network.uploading = [None, RetryLater(said("busy"))]
    await desk.work(desk.publisher("w1", images=pictures(desk, Shelf())))
    desk.network.publishing = [RetryLater(said("busy"))]
    for number in range(2, 5):
        desk.now += timedelta(minutes=1)
        await desk.work(desk.publisher(f"w{number}", images=pictures(desk, Shelf())))
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.uploads == [b"bytes of " + each.url.encode() for each in (FIRST, SECOND)]
    assert [image.media_id for image in desk.network.sent[-1].images] == ["m1", "m2"]


async def test_a_lost_reply_is_reconciled_with_the_same_images(desk: Desk) -> None:
    """Also by a worker that comes later: LinkedIn is asked by the identical post."""
    draft = await prepare(desk, FIRST)
    desk.network.publishing = [Lost(said("gone"))]
    desk.network.reconciling = [RetryLater(said("away"))]
    await desk.work(desk.publisher(images=pictures(desk, Shelf())))
    desk.now += LEASE + timedelta(seconds=1)
    await desk.work(desk.publisher("w2", images=pictures(desk, Shelf())))
    assert await desk.state(draft) is PostState.PUBLISHED
    assert len(desk.network.sent) == 3
    assert len({sent.images for sent in desk.network.sent}) == 1
    assert desk.network.calls.count("upload") == 1


async def test_a_host_that_is_away_holds_up_the_post_and_blames_no_network(desk: Desk) -> None:
    """The post is tried again; the network's circuit hears nothing of it."""
    draft = await prepare(desk, FIRST)
    publisher = desk.publisher(images=pictures(desk, Shelf(RetryLater(said("away")))))
    await desk.work(publisher)
    assert await desk.state(draft) is PostState.APPROVED
    async with desk.database.read() as transaction:
        assert await network_calls.all_circuits(transaction) == []
    desk.now += timedelta(seconds=70)
    await desk.work(publisher)
    assert await desk.state(draft) is PostState.PUBLISHED


async def test_an_image_that_is_none_fails_the_post_with_a_remedy(desk: Desk) -> None:
    """It does not go out otherwise than it was shown."""
    draft = await prepare(desk, FIRST)
    shelf = Shelf(
        Rejected(said("the story's image is no JPEG, PNG or GIF"), remedy=said("Correct it."))
    )
    await desk.work(desk.publisher(images=pictures(desk, shelf)))
    post = await desk.post(draft)
    assert (post.state, str(post.remedy)) == (PostState.FAILED, "Correct it.")
    assert desk.network.posts == []


@pytest.mark.parametrize(
    "refusal", [NeedsNewAccess(said("expired")), AccessInDoubt(said("not this time"))]
)
async def test_an_access_that_was_refused_is_renewed_for_an_upload(
    desk: Desk, refusal: Exception
) -> None:
    """A dead access token costs an attempt and no post, and so does one that may be alive."""
    draft = await prepare(desk, FIRST)
    desk.network.uploading = [refusal]
    publisher = desk.publisher(images=pictures(desk, Shelf()))
    await desk.work(publisher)
    desk.now += timedelta(seconds=5)
    await desk.work(publisher)
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.calls == ["upload", "refresh", "upload", "publish"]


async def test_an_upload_that_the_network_forgot_is_made_again(desk: Desk) -> None:
    """After half a day an image that no post used is uploaded anew."""
    desk.network.publishing = [RetryLater(said("limit"), after=86_400)]
    draft = await prepare(desk, FIRST)
    publisher = desk.publisher(images=pictures(desk, Shelf()))
    await desk.work(publisher)
    desk.now += timedelta(days=2)
    await desk.work(publisher)
    assert await desk.state(draft) is PostState.PUBLISHED
    assert [sent.images[0].media_id for sent in desk.network.sent] == ["m1", "m2"]


async def test_without_configured_hosts_posts_go_out_without_images(desk: Desk) -> None:
    """And no one is asked for one."""
    draft = await prepare(desk, FIRST)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    assert desk.network.sent[0].images == ()
    async with desk.database.read() as transaction:
        told = await campaigns.images(transaction, [draft.campaign_id])
    assert told == {draft.campaign_id: (FIRST,)}
