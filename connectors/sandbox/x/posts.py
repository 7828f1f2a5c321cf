"""Creating and deleting posts on X, and their images.

Source: https://docs.x.com/x-api/posts/create-post
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from connectors.sandbox.exchange import Answer, Call, Networks
from connectors.sandbox.state.posts import X_EPOCH_MS, Medium, Post, recognise, snowflake
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller, charge
from connectors.sandbox.x.text import MAX_WEIGHT, addresses, stored_text, weigh

_MAX_IMAGES = 4
# However long its addresses are; what is longer is not worth weighing.
_MAX_CHARACTERS = 10_000
_KNOWN = frozenset({"text", "media", "reply", "quote_tweet_id", "reply_settings", "made_with_ai"})


def create(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Publish a post: 201 with its id and its text as X stores it."""
    body = _checked_body(call)
    text = body.get("text", "")
    if len(text) > _MAX_CHARACTERS or weigh(text) > MAX_WEIGHT:
        raise refusals.too_long()
    images = _images(networks, caller, body)
    fingerprint = _fingerprint(text, images)
    earlier = networks.posts.duplicate(
        network="x", member=caller.member.key, fingerprint=fingerprint, deleted_after_ms=None
    )
    if earlier is not None:
        raise refusals.duplicate()
    links = addresses(text)
    charge(networks, "post_with_url" if links else "post")
    now_ms = networks.clock.now_ms()
    sequence = networks.posts.next_sequence()
    post = Post(
        post_id=snowflake(moment_ms=now_ms, sequence=sequence, epoch_ms=X_EPOCH_MS),
        network="x",
        member=caller.member.key,
        raw=text,
        text=text,
        content={"media_ids": [image.media_id for image in images]} if images else {},
        link=links[0].target if links else None,
        created_ms=now_ms,
    )
    networks.posts.add(post, sequence=sequence, fingerprint=fingerprint)
    call.trace.post_id, call.trace.text = post.post_id, post.text
    data = {
        "id": post.post_id,
        "text": stored_text(text),
        "edit_history_tweet_ids": [post.post_id],
    }
    return Answer.json(201, {"data": data})


def delete(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Delete one of the member's own posts."""
    post_id = call.parameters["id"]
    post = networks.posts.find_live("x", post_id)
    if post is None:
        raise refusals.not_found("tweet", "id", post_id)
    if post.member != caller.member.key:
        raise refusals.forbidden("You are not authorized to delete this Tweet.")
    charge(networks, "post_delete")
    networks.posts.delete(post_id, now_ms=networks.clock.now_ms())
    call.trace.post_id = post_id
    return Answer.json(200, {"data": {"deleted": True}})


def _checked_body(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        raise refusals.invalid("body", "", "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise refusals.invalid("body", "", "The request body must be a JSON object.")
    for name in body:
        if name not in _KNOWN:
            raise refusals.invalid(name, str(body[name]), f"$.{name}: is not defined in the schema")
    text = body.get("text", "")
    if not isinstance(text, str):
        raise refusals.invalid("text", str(text), "$.text: must be a string")
    if not text.strip() and not body.get("media"):
        raise refusals.invalid("text", text, "Tweet text or media is required.")
    return body


def _images(networks: Networks, caller: Caller, body: dict[str, Any]) -> list[Medium]:
    if body.get("media") is None:
        return []
    ids = body["media"].get("media_ids") if isinstance(body["media"], dict) else None
    if not isinstance(ids, list) or not 1 <= len(ids) <= _MAX_IMAGES:
        raise refusals.invalid("media.media_ids", str(ids), "$.media.media_ids: 1 to 4 are allowed")
    now_ms = networks.clock.now_ms()
    found: list[Medium] = []
    for media_id in ids:
        medium = networks.media.find("x", str(media_id))
        if medium is None or medium.member != caller.member.key or medium.expires_ms <= now_ms:
            raise refusals.invalid("media.media_ids", str(media_id), "Your media IDs are invalid.")
        found.append(medium)
    return found


def _fingerprint(text: str, images: list[Medium]) -> bytes:
    digests = [image.digest.hex() for image in images if image.digest is not None]
    return hashlib.sha256(json.dumps([text.strip(), digests]).encode()).digest()


# Images on X: one multipart upload, then an optional text for people who do not see it.
#
# Source: https://docs.x.com/x-api/media/upload-media and .../create-media-metadata

MAX_BYTES = 5_000_000
_LIFETIME_SECONDS = 86_400
_MAX_ALT_CHARACTERS = 1000


def upload(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Take an image and return its id, which a post may use for a day."""
    medium = call.uploads.get("media")
    category = call.form.get("media_category", "")
    if category != "tweet_image":
        raise refusals.invalid("media_category", category, "The sandbox takes tweet_image only.")
    if medium is None:
        raise refusals.invalid("media", "", "The media field is required.")
    image = recognise(medium.data)
    if image is None or len(medium.data) > MAX_BYTES:
        raise refusals.invalid(
            "media", medium.name, "An image must be JPEG, PNG or GIF and at most 5 MB."
        )
    now_ms = networks.clock.now_ms()
    media_id = snowflake(
        moment_ms=now_ms, sequence=networks.media.next_sequence(), epoch_ms=X_EPOCH_MS
    )
    networks.media.announce(
        media_id=media_id,
        network="x",
        member=caller.member.key,
        ticket=None,
        expires_ms=now_ms + _LIFETIME_SECONDS * 1000,
    )
    networks.media.store(
        media_id,
        data=medium.data,
        mime=image.mime,
        width=image.width,
        height=image.height,
        available_ms=now_ms,
    )
    data = {
        "id": media_id,
        "media_key": f"3_{media_id}",
        "size": len(medium.data),
        "expires_after_secs": _LIFETIME_SECONDS,
        "image": {"image_type": image.mime, "w": image.width, "h": image.height},
    }
    return Answer.json(200, {"data": data})


def describe(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Set the alternative text of an image."""
    try:
        body = call.json()
        media_id, text = str(body["id"]), body["metadata"]["alt_text"]["text"]
    except (ValueError, KeyError, TypeError):
        raise refusals.invalid("metadata", "", "id and metadata.alt_text.text are required.") from (
            None
        )
    if not isinstance(text, str) or len(text) > _MAX_ALT_CHARACTERS:
        raise refusals.invalid("metadata.alt_text.text", "", "At most 1000 characters are allowed.")
    medium = networks.media.find("x", media_id)
    if medium is None or medium.member != caller.member.key:
        raise refusals.invalid("id", media_id, "Your media IDs are invalid.")
    charge(networks, "media_metadata")
    networks.media.describe(media_id, text)
    associated = {"alt_text": {"text": text}}
    return Answer.json(200, {"data": {"id": media_id, "associated_metadata": associated}})
