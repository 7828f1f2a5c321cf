"""The Images API: announce, then upload all bytes with one PUT.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api
"""

from __future__ import annotations

import secrets

from connectors.sandbox.exchange import Answer, Call, Networks
from connectors.sandbox.linkedin import refusals
from connectors.sandbox.linkedin.access import identify, require_scope, require_version
from connectors.sandbox.state.posts import recognise

#: The product of width and height must stay below this.
MAX_PIXELS = 36_152_320
_UPLOAD_SECONDS = 24 * 3600


def initialize(networks: Networks, call: Call) -> Answer:
    """Return an upload address and the URN of the image that will be there."""
    version = require_version(networks, call)
    caller = identify(networks, call)
    require_scope(caller, "w_member_social", f"images.ACTION.{version}")
    if call.query.get("action") != "initializeUpload":
        raise refusals.invalid("The only action is initializeUpload")
    try:
        owner = call.json()["initializeUploadRequest"]["owner"]
    except (ValueError, KeyError, TypeError):
        raise refusals.invalid(
            "ERROR :: /initializeUploadRequest/owner :: field is required but not found",
            "VALIDATION_ERROR",
            status=422,
        ) from None
    if owner != caller.member.urn:
        raise refusals.access_denied(f"images.ACTION.{version} for owner {owner}")
    ticket = secrets.token_urlsafe(24)
    urn = f"urn:li:image:C4D{secrets.token_hex(12)}"
    expires_ms = networks.clock.now_ms() + _UPLOAD_SECONDS * 1000
    networks.media.announce(
        media_id=urn,
        network="linkedin",
        member=caller.member.key,
        ticket=ticket,
        expires_ms=expires_ms,
    )
    base = networks.options.public_url.rstrip("/")
    value = {
        "uploadUrlExpiresAt": expires_ms,
        "uploadUrl": f"{base}/linkedin/dms-uploads/{ticket}",
        "image": urn,
    }
    return Answer.json(200, {"value": value})


def upload(networks: Networks, call: Call) -> Answer:
    """Take the bytes: 201, whatever they are. What is no image fails in processing."""
    medium = networks.media.by_ticket(call.parameters["ticket"])
    now_ms = networks.clock.now_ms()
    if medium is None or medium.expires_ms <= now_ms or medium.stored_status != "WAITING_UPLOAD":
        return Answer(status=403)
    call.trace.member = networks.members.by_key(medium.member).email
    image = recognise(call.body)
    if image is None or image.pixels > MAX_PIXELS:
        networks.media.fail(medium.media_id)
    else:
        processing_ms = round(networks.options.linkedin_image_processing_seconds * 1000)
        networks.media.store(
            medium.media_id,
            data=call.body,
            mime=image.mime,
            width=image.width,
            height=image.height,
            available_ms=now_ms + processing_ms,
        )
    return Answer(status=201)


def read(networks: Networks, call: Call) -> Answer:
    """Refuse: a member's own token cannot read the status of an image."""
    version = require_version(networks, call)
    identify(networks, call)
    raise refusals.access_denied(f"images.GET.{version}")
