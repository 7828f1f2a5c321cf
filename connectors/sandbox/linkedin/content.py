"""What a LinkedIn post can carry besides its text: a link, an image, or several."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.linkedin import refusals
from connectors.sandbox.linkedin.access import Caller
from connectors.sandbox.linkedin.validation import reject
from connectors.sandbox.networks import Networks

_MULTI_IMAGE = range(2, 21)
_FIELDS = {
    "article": frozenset({"source", "title", "description", "thumbnail", "thumbnailAltText"}),
    "media": frozenset({"id", "altText", "title"}),
    "multiImage": frozenset({"images", "altText"}),
}


def check_content(networks: Networks, caller: Caller, content: object) -> dict[str, Any]:
    """Return the content of a post as it is stored. Raises Refusal with 400 or 422."""
    if content is None:
        return {}
    if not isinstance(content, dict) or len(content) != 1:
        reject("content", "must have exactly one member of the union")
    ((kind, value),) = content.items()
    if kind not in _FIELDS or not isinstance(value, dict):
        reject(f"content/{kind}", "is not a member type of union")
    for name in value:
        if name not in _FIELDS[kind]:
            reject(f"content/{kind}/{name}", "unrecognized field found but not allowed")
    match kind:
        case "article":
            _check_article(networks, caller, value)
        case "media":
            _check_image(networks, caller, value.get("id"))
        case _:
            _check_images(networks, caller, value.get("images"))
    return {kind: value}


def _check_article(networks: Networks, caller: Caller, article: dict[str, Any]) -> None:
    source = article.get("source")
    if not isinstance(source, str) or urlsplit(source).scheme not in {"http", "https"}:
        reject("content/article/source", "must be a URL")
    # The address is not scraped, so without a title there is nothing to show.
    if not isinstance(article.get("title"), str) or not article["title"].strip():
        reject("content/article/title", "field is required but not found")
    if "thumbnail" in article:
        _check_image(networks, caller, article["thumbnail"])


def _check_images(networks: Networks, caller: Caller, images: object) -> None:
    if not isinstance(images, list) or len(images) not in _MULTI_IMAGE:
        reject("content/multiImage/images", "must have 2 to 20 entries")
    for image in images:
        _check_image(networks, caller, image.get("id") if isinstance(image, dict) else None)


def _check_image(networks: Networks, caller: Caller, urn: object) -> None:
    medium = networks.media.find("linkedin", urn) if isinstance(urn, str) else None
    if medium is None or medium.member != caller.member.key:
        raise refusals.invalid(f"Image {urn} is not owned by the author", "INVALID_MEDIA_ASSET")
    status = medium.status(now_ms=networks.clock.now_ms())
    if status != "AVAILABLE":
        raise refusals.invalid(f"Image {urn} is in status {status}", f"MEDIA_ASSET_{status}")
