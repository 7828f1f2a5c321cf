"""Creating, reading and deleting statuses.

Source: https://docs.joinmastodon.org/methods/statuses/
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.identifiers import snowflake
from connectors.sandbox.links import first_link
from connectors.sandbox.mastodon import refusals
from connectors.sandbox.mastodon.access import NETWORK
from connectors.sandbox.mastodon.rendering import described
from connectors.sandbox.mastodon.text_length import MAX_CHARACTERS, countable_length
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.members import Member
from connectors.sandbox.state.posts import Post

#: How long the server remembers an Idempotency-Key.
IDEMPOTENCY_MS = 60 * 60 * 1000
_MAX_IMAGES = 4
_MOST_IDS = 40
_BLANKS = "\0\t\n\v\f\r "  # what Ruby's strip takes off


def create(networks: Networks, call: Call, member: Member) -> Answer:
    """Publish a status; a repeated Idempotency-Key returns the one that it made before."""
    now_ms = networks.clock.now_ms()
    sequence = networks.posts.next_sequence()
    key = call.headers.get("idempotency-key")
    fingerprint = hashlib.sha256((f"key {key}" if key else f"number {sequence}").encode()).digest()
    earlier = networks.posts.duplicate(
        network=NETWORK, member=member.key, fingerprint=fingerprint, deleted_after_ms=0
    )
    if earlier is not None and now_ms - earlier.created_ms < IDEMPOTENCY_MS:
        if earlier.deleted_ms is not None:
            raise refusals.not_found()
        call.trace.post_id, call.trace.text = earlier.post_id, earlier.text
        return Answer.json(200, described(networks, earlier))
    text, media_ids = _checked(networks, call, member)
    post = Post(
        post_id=snowflake(moment_ms=now_ms, sequence=sequence),
        network=NETWORK,
        member=member.key,
        raw=text,
        text=text,
        content={"media_ids": media_ids} if media_ids else {},
        link=first_link(text),
        created_ms=now_ms,
    )
    networks.posts.add(post, sequence=sequence, fingerprint=fingerprint)
    call.trace.post_id, call.trace.text = post.post_id, post.text
    return Answer.json(200, described(networks, post))


def read(networks: Networks, call: Call, _member: Member) -> Answer:
    """Return one status."""
    return Answer.json(200, described(networks, _live(networks, call.parameters["id"])))


def read_many(networks: Networks, call: Call, _member: Member) -> Answer:
    """Return the statuses of ``id[]`` that are there; the others are left out."""
    ids = [value for name, value in parse_qsl(call.raw_query) if name == "id[]"]
    if len(ids) > _MOST_IDS:
        raise refusals.invalid(f"Too many ids: at most {_MOST_IDS}")
    found = [networks.posts.find_live(NETWORK, post_id) for post_id in ids]
    return Answer.json(200, [described(networks, post) for post in found if post])


def delete(networks: Networks, call: Call, member: Member) -> Answer:
    """Delete one of the member's own statuses."""
    post = _live(networks, call.parameters["id"])
    if post.member != member.key:
        raise refusals.not_found()
    answer = Answer.json(200, described(networks, post) | {"text": post.text})
    networks.posts.delete(post.post_id, now_ms=networks.clock.now_ms())
    call.trace.post_id = post.post_id
    return answer


def _live(networks: Networks, post_id: str) -> Post:
    post = networks.posts.find_live(NETWORK, post_id)
    if post is None:
        raise refusals.not_found()
    return post


def _checked(networks: Networks, call: Call, member: Member) -> tuple[str, list[str]]:
    try:
        body = call.json()
    except ValueError:
        raise refusals.invalid("Error occurred while parsing request parameters") from None
    text = body.get("status") if isinstance(body, dict) else None
    text = text.strip(_BLANKS) if isinstance(text, str) else ""
    if not text:
        raise refusals.invalid("Validation failed: Text can't be blank")
    if countable_length(text) > MAX_CHARACTERS:
        raise refusals.invalid(
            f"Validation failed: Text character limit of {MAX_CHARACTERS} exceeded"
        )
    return text, _media(networks, member, body.get("media_ids") or [])


def _media(networks: Networks, member: Member, ids: Any) -> list[str]:
    if not isinstance(ids, list) or len(ids) > _MAX_IMAGES:
        raise refusals.invalid("Validation failed: Cannot attach more than 4 files")
    found = [networks.media.find(NETWORK, str(media_id)) for media_id in ids]
    media = [each for each in found if each is not None and each.member == member.key]
    now_ms = networks.clock.now_ms()
    if len(media) != len(ids):
        raise refusals.invalid("Validation failed: Media attachments is invalid")
    if any(each.status(now_ms=now_ms) != "AVAILABLE" for each in media):
        raise refusals.invalid(
            "Cannot attach files that have not finished processing. Try again in a moment!"
        )
    return [each.media_id for each in media]
