"""``/_sandbox/journal`` and ``/_sandbox/posts``: what the networks received, and what is there."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.control.parameters import page_limit, whole_number
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.posts import Post


def show(networks: Networks, call: Call) -> Answer:
    """Return entries filtered by ``network``, ``kind`` and ``member``.

    ``after`` and ``limit`` turn the pages: ``next_after`` is the next page's ``after``, or null.
    ``count=1`` also returns how many entries match.
    """
    filters = {name: call.query.get(name) for name in ("network", "kind", "member")}
    limit = page_limit(call)
    entries = networks.journal.entries(**filters, after=whole_number(call, "after", 0), limit=limit)
    body: dict[str, Any] = {
        "entries": entries,
        "next_after": entries[-1]["entry"] if entries and len(entries) == limit else None,
    }
    if call.query.get("count"):
        body["count"] = networks.journal.count(**filters)
    return Answer.json(200, body)


def clear(networks: Networks, _call: Call) -> Answer:
    """Forget the journal; posts and members stay."""
    return Answer.json(200, {"deleted": networks.journal.clear()})


def posts(networks: Networks, call: Call) -> Answer:
    """Return the posts, deleted ones included, filtered by ``network``, a page at a time."""
    limit = page_limit(call)
    found = networks.posts.all(
        network=call.query.get("network"), after=whole_number(call, "after", 0), limit=limit
    )
    return Answer.json(
        200,
        {
            "posts": [_described(networks, post) for _, post in found],
            "next_after": found[-1][0] if found and len(found) == limit else None,
        },
    )


def _described(networks: Networks, post: Post) -> dict[str, Any]:
    deleted = None if post.deleted_ms is None else from_milliseconds(post.deleted_ms).isoformat()
    return {
        "post_id": post.post_id,
        "network": post.network,
        "member": networks.members.by_key(post.member).email,
        "raw": post.raw,
        "text": post.text,
        "content": post.content,
        "link": post.link,
        "created_at": from_milliseconds(post.created_ms).isoformat(),
        "deleted_at": deleted,
    }
