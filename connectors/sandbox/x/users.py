"""The member behind a token, and the member's recent posts: the way to reconcile.

Source: https://docs.x.com/x-api/users/get-my-user and .../get-posts
"""

from __future__ import annotations

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.posts import Post
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller
from connectors.sandbox.x.fields import moment_parameter, requested_fields, whole_number
from connectors.sandbox.x.metrics import describe

_MAX_RESULTS = range(5, 101)
_IDS = range(1, 2**64)


def me(_networks: Networks, _call: Call, caller: Caller) -> Answer:
    """Return the member that the token belongs to."""
    member = caller.member
    return Answer.json(
        200, {"data": {"id": member.x_id, "name": member.name, "username": member.handle}}
    )


def timeline(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Return a member's posts, the newest first, a page at a time."""
    member = networks.members.by_x_id(call.parameters["id"])
    if member is None:
        missing = refusals.missing_resource("user", "id", call.parameters["id"])
        return Answer.json(200, {"errors": [missing]})
    limit = whole_number(call, "max_results", default=10, allowed=_MAX_RESULTS)
    fields = requested_fields(networks, call)
    wanted = [
        post
        for post in networks.posts.timeline(network="x", member=member.key)
        if _within(call, post)
    ]
    offset = whole_number(call, "pagination_token", default=0, allowed=_IDS)
    shown = wanted[offset : offset + limit]
    meta: dict[str, str | int] = {"result_count": len(shown)}
    if shown:
        meta |= {"newest_id": shown[0].post_id, "oldest_id": shown[-1].post_id}
    if offset + limit < len(wanted):
        meta["next_token"] = str(offset + limit)
    described = [describe(networks, post, caller, fields) for post in shown]
    body: dict[str, object] = {"meta": meta}
    if shown:
        body["data"] = [data for data, _ in described]
    errors = [error for _, refused in described for error in refused]
    if errors:
        body["errors"] = errors
    return Answer.json(200, body)


def _within(call: Call, post: Post) -> bool:
    created = from_milliseconds(post.created_ms)
    start, end = moment_parameter(call, "start_time"), moment_parameter(call, "end_time")
    if (start is not None and created < start) or (end is not None and created >= end):
        return False
    since = whole_number(call, "since_id", default=0, allowed=_IDS)
    until = whole_number(call, "until_id", default=_IDS.stop, allowed=_IDS)
    return since < int(post.post_id) < until
