"""Images: one multipart upload with its description.

Source: https://docs.joinmastodon.org/methods/media/
"""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.identifiers import snowflake
from connectors.sandbox.images import recognise
from connectors.sandbox.mastodon import refusals
from connectors.sandbox.mastodon.access import NETWORK
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.members import Member

MAX_BYTES = 16_000_000
_MAX_DESCRIPTION = 1500
_LIFETIME_MS = 86_400_000


def upload(networks: Networks, call: Call, member: Member) -> Answer:
    """Take an image and return its id."""
    file, description = call.uploads.get("file"), call.form.get("description", "")
    image = recognise(file.data) if file is not None else None
    if file is None or image is None or len(file.data) > MAX_BYTES:
        raise refusals.invalid("Validation failed: File content type is invalid or too large")
    if len(description) > _MAX_DESCRIPTION:
        raise refusals.invalid("Validation failed: Description is too long")
    now_ms = networks.clock.now_ms()
    # Beside the ids of statuses, which have the same shape.
    media_id = f"9{snowflake(moment_ms=now_ms, sequence=networks.media.next_sequence())}"
    networks.media.announce(
        media_id=media_id,
        network=NETWORK,
        member=member.key,
        ticket=None,
        expires_ms=now_ms + _LIFETIME_MS,
    )
    networks.media.store(
        media_id,
        data=file.data,
        mime=image.mime,
        width=image.width,
        height=image.height,
        available_ms=now_ms,
    )
    networks.media.describe(media_id, description)
    return Answer.json(200, {"id": media_id, "type": "image", "description": description})
