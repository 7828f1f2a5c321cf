"""The pages that people see: consent, posts, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.posts import Post

_LANGUAGES = ("nl", "en")
_NAMES: Mapping[str, str] = {"linkedin": "LinkedIn", "x": "X", "mastodon": "Mastodon"}

_environment = Environment(
    loader=PackageLoader("templates", "sandbox"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    call: Call,
    template: str,
    values: Mapping[str, Any],
    *,
    network: str,
    status: int = 200,
    form_target: str | None = None,
) -> Answer:
    """Render ``{template}.html`` in the reader's language.

    ``form_target`` is an address to which the answer to the page's form will redirect: browsers
    apply ``form-action`` to redirects as well (CSP level 3, section 6.4.1).
    """
    language = reader_language(call)
    body = _environment.get_template(f"{template}.html").render(
        {
            **values,
            "language": language,
            "network": network,
            "network_name": _NAMES[network],
            "query": call.query,
        }
    )
    targets = "'self'"
    if form_target is not None:
        parts = urlsplit(form_target)
        targets += f" {parts.scheme}://{parts.netloc}"
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {targets};"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    return Answer(
        status=status,
        body=body.encode(),
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", policy),
            ("content-language", language),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ),
    )


def stylesheet() -> bytes:
    """Return the style of all sandbox pages."""
    return _environment.get_template("sandbox.css").render().encode()


def reader_language(call: Call) -> str:
    """Return ``nl`` or ``en``: from ``?lang=``, else the first that the browser accepts."""
    asked = call.query.get("lang") or call.form.get("lang")
    if asked in _LANGUAGES:
        return asked
    for part in call.headers.get("accept-language", "").split(","):
        language = part.partition(";")[0].strip()[:2].lower()
        if language in _LANGUAGES:
            return language
    return "en"


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
