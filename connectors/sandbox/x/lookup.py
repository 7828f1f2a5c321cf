"""GET /2/tweets: up to 100 posts at once, with errors beside the data.

Source: https://docs.x.com/x-api/posts/get-posts-by-ids
"""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller
from connectors.sandbox.x.billing import charge_reads
from connectors.sandbox.x.fields import requested_fields
from connectors.sandbox.x.metrics import describe

MAX_IDS = 100


def read_posts(networks: Networks, call: Call, caller: Caller) -> Answer:
    """Return the posts that are there; each one that is not becomes an entry in ``errors``."""
    ids = [part for part in call.query.get("ids", "").split(",") if part]
    if not 1 <= len(ids) <= MAX_IDS:
        raise refusals.invalid(
            "ids",
            call.query.get("ids", ""),
            f"The number of values in the `ids` query parameter list [{len(ids)}] is not between"
            f" 1 and {MAX_IDS}",
        )
    for post_id in ids:
        if not post_id.isdecimal():
            raise refusals.invalid(
                "ids", post_id, f"The `ids` query parameter value [{post_id}] is not valid"
            )
    fields = requested_fields(networks, call)
    data = []
    errors = []
    for post_id in ids:
        post = networks.posts.find_live("x", post_id)
        if post is None:
            errors.append(refusals.missing_resource("tweet", "ids", post_id))
            continue
        described, refused = describe(networks, post, caller, fields)
        data.append(described)
        errors += refused
    charge_reads(networks, "post_read", [each["id"] for each in data])
    body: dict[str, object] = {}
    if data:
        body["data"] = data
    if errors:
        body["errors"] = errors
    return Answer.json(200, body)
