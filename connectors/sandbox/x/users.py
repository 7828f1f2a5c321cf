"""The member behind a token, and the member's recent posts: the way to reconcile.

Source: https://docs.x.com/x-api/users/get-my-user and .../get-posts
"""

from __future__ import annotations

from dataclasses import replace

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.posts import Period
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller
from connectors.sandbox.x.billing import charge_reads
from connectors.sandbox.x.fields import moment_ms, requested_fields, whole_number
from connectors.sandbox.x.metrics import describe

_MAX_RESULTS = range(5, 101)
_IDS = range(1, 2**63)


def me(networks: Networks, _call: Call, caller: Caller) -> Answer:
    """Return the member that the token belongs to."""
    member = caller.member
    charge_reads(networks, "user_read", [member.x_id])
    return Answer.json(
        200, {"data": {"id": member.x_id, "name": member.name, "username": member.handle}}
    )


def timeline(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Return a member's posts, the newest first, a page at a time."""
    member = networks.members.by_x_id(call.parameters["id"])
    if member is None:
        missing = refusals.missing_resource("user", "id", call.parameters["id"])
        return Answer.json(200, {"errors": [missing]})
    period = _period(call)
    fields = requested_fields(networks, call)
    # One more than asked for tells whether there is another page.
    found = networks.posts.timeline(
        replace(period, limit=period.limit + 1), network="x", member=member.key
    )
    shown = found[: period.limit]
    charge_reads(networks, "post_read", [post.post_id for post in shown])
    meta: dict[str, str | int] = {"result_count": len(shown)}
    if shown:
        meta |= {"newest_id": shown[0].post_id, "oldest_id": shown[-1].post_id}
    if len(found) > len(shown):
        meta["next_token"] = str(period.offset + period.limit)
    described = [describe(networks, post, caller, fields) for post in shown]
    body: dict[str, object] = {"meta": meta}
    if shown:
        body["data"] = [data for data, _ in described]
    errors = [error for _, refused in described for error in refused]
    if errors:
        body["errors"] = errors
    return Answer.json(200, body)


def _period(call: Call) -> Period:
    return Period(
        start_ms=moment_ms(call, "start_time", default=0),
        end_ms=moment_ms(call, "end_time", default=_IDS.stop - 1),
        since_id=whole_number(call, "since_id", default=0, allowed=_IDS),
        until_id=whole_number(call, "until_id", default=_IDS.stop - 1, allowed=_IDS),
        limit=whole_number(call, "max_results", default=10, allowed=_MAX_RESULTS),
        offset=whole_number(call, "pagination_token", default=0, allowed=_IDS),
    )
