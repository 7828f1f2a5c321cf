"""A story's image comes from a configured address, is an image, and is not too large."""

from __future__ import annotations

import pytest

from connectors.image_source import ImageSource
from connectors.transport.http import Limits
from services.errors import Rejected, RetryLater
from services.posts.rules.post_images import LARGEST
from tests.unit.connectors.conftest import Answer, ScriptedNetwork

PNG = b"\x89PNG\r\n\x1a\n and what follows"


@pytest.fixture
def source(network: ScriptedNetwork) -> ImageSource:
    return ImageSource([network.address], limits=Limits(read=1.0, total=2.0, answer_bytes=LARGEST))


@pytest.mark.parametrize("data", [PNG, b"\xff\xd8\xff\xe0jpeg", b"GIF89a", b"GIF87a"])
def test_an_image_is_fetched(source: ImageSource, network: ScriptedNetwork, data: bytes) -> None:
    """By its bytes, not by its declared type; no token or cookie goes along."""
    network.script(Answer(body=data, headers={"content-type": "text/plain"}))
    assert source.fetch(f"{network.address}/a.png") == data
    (asked,) = network.received
    assert {"authorization", "cookie"}.isdisjoint(name.lower() for name in asked.headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.png",
        "https://elsewhere.example/a.png",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_image_on_another_host_is_not_fetched(
    source: ImageSource, network: ScriptedNetwork, url: str
) -> None:
    """The request is refused before a connection is opened."""
    with pytest.raises(Rejected, match="not configured"):
        source.fetch(url)
    assert network.received == []


@pytest.mark.parametrize(
    ("answer", "reaction"),
    [
        (Answer(body=b"<html>sign in</html>"), Rejected),
        (Answer(body=b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Rejected),
        (Answer(body=b""), Rejected),
        (Answer(status=404), Rejected),
        (Answer(status=410), Rejected),
        (Answer(status=503), RetryLater),
        (Answer(status=403), RetryLater),
        (Answer(status=302, headers={"location": "https://elsewhere.example/a.png"}), RetryLater),
        (Answer(body=PNG + b" " * LARGEST), RetryLater),
    ],
)
def test_image_answer_gives_the_matching_error(
    source: ImageSource, network: ScriptedNetwork, answer: Answer, reaction: type[Exception]
) -> None:
    """What is no image never will be; what cannot be had now may be later; nothing is followed."""
    network.script(answer)
    with pytest.raises(reaction):
        source.fetch(f"{network.address}/a.png")
    assert len(network.received) == 1
