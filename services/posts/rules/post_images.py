"""Which of a story's images go into a post, by what each network takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.events.incoming import StoryImage
from services.ports import PostRules

#: Bytes; X takes the least of the three for an image.
LARGEST = 5_000_000

_KINDS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def images_in_post(
    rules: PostRules, images: Sequence[StoryImage], allowed: Collection[str]
) -> tuple[StoryImage, ...]:
    """The images in their order. ``allowed`` are the base addresses that we may fetch from.

    An image from elsewhere is left out, so that what is shown before is what appears.
    """
    ours = [image for image in images if any(is_below(image.url, base) for base in allowed)]
    return tuple(ours[: rules.images])


def is_below(url: str, base: str) -> bool:
    """Whether the base ends where a part of the address ends: no ``example.org.evil.example``."""
    base = base.rstrip("/")
    return url.startswith(base) and url[len(base) : len(base) + 1] in {"", "/", "?"}


def is_image(data: bytes) -> bool:
    """Return whether these are the bytes of a JPEG, PNG or GIF; a server's content type is not trusted."""
    return media_type(data) is not None


def media_type(data: bytes) -> str | None:
    """What the bytes themselves say that they are; None for anything but these three."""
    return next((kind for begin, kind in _KINDS.items() if data.startswith(begin)), None)
