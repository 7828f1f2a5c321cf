"""Images on X: one multipart upload, then an optional text for people who do not see it.

Source: https://docs.x.com/x-api/media/upload-media and .../create-media-metadata
"""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.identifiers import X_EPOCH_MS, snowflake
from connectors.sandbox.images import recognise
from connectors.sandbox.networks import Networks
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller
from connectors.sandbox.x.billing import charge

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
