"""The Posts API.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.identifiers import snowflake
from connectors.sandbox.linkedin import little_text, refusals
from connectors.sandbox.linkedin.access import Caller, identify, require_scope, require_version
from connectors.sandbox.linkedin.content import check_content
from connectors.sandbox.linkedin.validation import post_body
from connectors.sandbox.links import first_link
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.posts import Post

MAX_CHARACTERS = 3000
#: Calls a day, reset at 00:00 UTC; shown to apps in the developer portal, reported by others.
PER_MEMBER_PER_DAY = 150
PER_APP_PER_DAY = 100_000


def create(networks: Networks, call: Call) -> Answer:
    """Publish a post: 201, no body, its URN in ``x-restli-id``."""
    version = require_version(networks, call)
    caller = identify(networks, call)
    require_scope(caller, "w_member_social", f"posts.CREATE.{version}")
    _count(networks, caller)
    body = post_body(call)
    if body["author"] != caller.member.urn:
        raise refusals.access_denied(f"posts.CREATE.{version} for author {body['author']}")
    text = little_text.read(body["commentary"])
    if text.length > MAX_CHARACTERS:
        raise refusals.invalid(
            f"commentary has {text.length} characters, at most {MAX_CHARACTERS} are allowed",
            "TEXT_LENGTH_MAX_EXCEEDED",
        )
    content = check_content(networks, caller, body.get("content"))
    post = _store(networks, caller, body, text.displayed, content)
    call.trace.post_id, call.trace.text = post.post_id, post.text
    return Answer(status=201, headers=(("x-restli-id", post.post_id),))


def delete(networks: Networks, call: Call) -> Answer:
    """Delete one of the member's own posts: 204, or 404 when it is not there."""
    version = require_version(networks, call)
    caller = identify(networks, call)
    require_scope(caller, "w_member_social", f"posts.DELETE.{version}")
    post = networks.posts.find_live("linkedin", call.parameters["urn"])
    if post is None:
        raise refusals.not_found(f"Post {call.parameters['urn']}")
    if post.member != caller.member.key:
        raise refusals.access_denied(f"posts.DELETE.{version}")
    networks.posts.delete(post.post_id, now_ms=networks.clock.now_ms())
    call.trace.post_id = post.post_id
    return Answer(status=204)


def read(networks: Networks, call: Call) -> Answer:
    """Refuse: ``r_member_social`` is a closed permission, so nobody's token may read."""
    version = require_version(networks, call)
    identify(networks, call)
    raise refusals.access_denied(f"posts.GET.{version}")


def _count(networks: Networks, caller: Caller) -> None:
    member = networks.limits.count_day(
        f"linkedin/posts/{caller.client_id}/{caller.member.key}", limit=PER_MEMBER_PER_DAY
    )
    app = networks.limits.count_day(f"linkedin/posts/{caller.client_id}", limit=PER_APP_PER_DAY)
    if member is not None and member.exceeded:
        raise refusals.throttled("MEMBER")
    if app is not None and app.exceeded:
        raise refusals.throttled("APPLICATION")


def _store(
    networks: Networks, caller: Caller, body: dict[str, Any], text: str, content: dict[str, Any]
) -> Post:
    now_ms = networks.clock.now_ms()
    fingerprint = hashlib.sha256(json.dumps([text, content], sort_keys=True).encode()).digest()
    ghosts_ms = round(networks.options.linkedin_ghost_hours * 3_600_000)
    earlier = networks.posts.duplicate(
        network="linkedin",
        member=caller.member.key,
        fingerprint=fingerprint,
        deleted_after_ms=now_ms - ghosts_ms,
    )
    if earlier is not None:
        raise refusals.duplicate(earlier.post_id)
    sequence = networks.posts.next_sequence()
    post = Post(
        post_id=f"urn:li:share:{snowflake(moment_ms=now_ms, sequence=sequence)}",
        network="linkedin",
        member=caller.member.key,
        raw=body["commentary"],
        text=text,
        content=content,
        link=content.get("article", {}).get("source") or first_link(text),
        created_ms=now_ms,
    )
    networks.posts.add(post, sequence=sequence, fingerprint=fingerprint)
    return post
