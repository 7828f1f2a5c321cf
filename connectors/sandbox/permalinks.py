"""The public page of a post: what its readers see."""

from __future__ import annotations

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.pages import page
from connectors.sandbox.state.posts import Post


def show_linkedin_post(networks: Networks, call: Call) -> Answer:
    """Show the page below ``/feed/update/``."""
    return _show(networks, call, "linkedin")


def show_x_post(networks: Networks, call: Call) -> Answer:
    """Show the page of a post; X finds it by its number, whatever name stands before it."""
    return _show(networks, call, "x")


def show_mastodon_post(networks: Networks, call: Call) -> Answer:
    """Show the page of a status, which is found by its number."""
    return _show(networks, call, "mastodon")


def show_image(networks: Networks, call: Call) -> Answer:
    """Return the bytes of an image."""
    network, media_id = call.parameters["network"], call.parameters["media_id"]
    medium = networks.media.find(network, media_id)
    if medium is None or medium.data is None or medium.mime is None:
        return Answer(status=404)
    return Answer(
        status=200,
        body=medium.data,
        headers=(("content-type", medium.mime), ("x-content-type-options", "nosniff")),
    )


def _show(networks: Networks, call: Call, network: str) -> Answer:
    post = networks.posts.find_live(network, call.parameters["post_id"])
    if post is None:
        return page(call, "gone", {}, network=network, status=404)
    values = {
        "post": post,
        "member": networks.members.by_key(post.member),
        "at": from_milliseconds(post.created_ms),
        "article": post.content.get("article"),
        "images": _images(networks, post),
        "figures": networks.visitor.figures(post),
    }
    return page(call, "post", values, network=network)


def _images(networks: Networks, post: Post) -> list[dict[str, str]]:
    """Return id and alternative text of the images that a post shows."""
    match post.content:
        case {"media": {"id": str(urn), **more}}:
            return [{"id": urn, "alt": str(more.get("altText", ""))}]
        case {"article": {"thumbnail": str(urn), **more}}:
            return [{"id": urn, "alt": str(more.get("thumbnailAltText", ""))}]
        case {"multiImage": {"images": list(images)}}:
            return [{"id": image["id"], "alt": image.get("altText", "")} for image in images]
        case {"media_ids": list(ids)}:
            found = [networks.media.find(post.network, media_id) for media_id in ids]
            return [{"id": medium.media_id, "alt": medium.alt_text} for medium in found if medium]
        case _:
            return []
