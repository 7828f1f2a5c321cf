"""The example stories bring images that a demo serves and may fetch, without any network."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import PlainTextResponse

from services.accounts.rules import OURS
from services.events.catalogue import read_incoming
from services.events.cloudevent import parse_event
from services.events.incoming import StoryApproved
from services.posts.rules.post_images import LARGEST, images_in_post, is_image
from streams.demo.organisation import beside_images, image_base, load_example, with_images_at

_HERE = "http://127.0.0.1:8000"


def _stories() -> list[StoryApproved]:
    events = [with_images_at(event, image_base(_HERE)) for event in load_example(None).events]
    read = [read_incoming(parse_event(event)) for event in events]
    return [each for each in read if isinstance(each, StoryApproved)]


def test_stories_show_one_image_and_several() -> None:
    """Both kinds of post are there, and no image is without words for who cannot see it."""
    numbers = {len(story.images) for story in _stories()}
    assert {0, 1, 2} <= numbers
    assert all(image.alt for story in _stories() for image in story.images)


@pytest.mark.parametrize("network", ["linkedin", "x", "mastodon"])
def test_every_example_image_is_posted(network: str) -> None:
    """A demo may fetch from itself, and nothing of an example is left out."""
    for story in _stories():
        shown = images_in_post(OURS[network], story.images, [image_base(_HERE)])
        assert shown == story.images


async def test_the_demo_serves_them_beside_its_pages() -> None:
    """Each address answers with an image that networks take, and every other with the pages."""
    served = beside_images(PlainTextResponse("the pages"), load_example(None).images)
    transport = httpx.ASGITransport(served)
    async with httpx.AsyncClient(transport=transport, base_url=_HERE) as client:
        for story in _stories():
            for image in story.images:
                answer = await client.get(image.url)
                assert is_image(answer.content)
                assert len(answer.content) < LARGEST
        for path in ("/", "/inbox", "/example", "/example-imagesque"):
            assert (await client.get(path)).text == "the pages"
        assert (await client.get(f"{image_base(_HERE)}/../ambassadors.csv")).text == "the pages"
