"""X's answers about a member and about posts, in both vocabularies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.sandbox.audience import Figures
from connectors.sandbox.clock import from_milliseconds, milliseconds
from connectors.sandbox.exchange import Answer, Call, Networks
from connectors.sandbox.state.posts import Period, Post
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller, charge_reads
from connectors.sandbox.x.posts import stored_text, url_entities

_FIELDS = frozenset(
    {
        "attachments",
        "author_id",
        "created_at",
        "edit_history_tweet_ids",
        "entities",
        "id",
        "lang",
        "non_public_metrics",
        "organic_metrics",
        "public_metrics",
        "text",
    }
)


def requested_fields(networks: Networks, call: Call) -> frozenset[str]:
    """Return the fields asked for with ``tweet.fields`` or, in the new vocabulary, ``post.fields``.

    Raises Refusal with 400 for a field or a parameter that X does not know.
    """
    if "post.fields" in call.query and networks.options.x_vocabulary == "old":
        raise refusals.invalid(
            "post.fields",
            call.query["post.fields"],
            "The query parameter [post.fields] is not one of [ids,expansions,tweet.fields].",
        )
    named = f"{call.query.get('tweet.fields', '')},{call.query.get('post.fields', '')}"
    fields = frozenset(filter(None, named.split(",")))
    for field in sorted(fields - _FIELDS):
        raise refusals.invalid(
            "tweet.fields",
            field,
            f"The `tweet.fields` query parameter value [{field}] is not one of"
            f" [{','.join(sorted(_FIELDS))}]",
        )
    return fields


def whole_number(call: Call, name: str, *, default: int, allowed: range) -> int:
    """Return a number from the query. Raises Refusal with 400 when it is not allowed."""
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) not in allowed:
        raise refusals.invalid(
            name,
            text,
            f"The `{name}` query parameter value [{text}] is not between"
            f" {allowed.start} and {allowed.stop - 1}",
        )
    return int(text)


def moment_ms(call: Call, name: str, *, default: int) -> int:
    """Return a moment of the query, in milliseconds since 1970.

    Raises Refusal with 400 when it is not RFC 3339.
    """
    text = call.query.get(name)
    if text is None:
        return default
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise refusals.invalid(
            name, text, f"The `{name}` query parameter value [{text}] is not valid RFC 3339"
        )
    return milliseconds(moment)


# The member behind a token, and the member's recent posts: the way to reconcile.
#
# Source: https://docs.x.com/x-api/users/get-my-user and .../get-posts

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
    # One more than asked for shows whether there is another page.
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


# GET /2/tweets: up to 100 posts at once, with errors beside the data.
#
# Source: https://docs.x.com/x-api/posts/get-posts-by-ids

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


# How a post looks in a reading request: who may see which figure, in which vocabulary.
#
# Source: https://docs.x.com/x-api/fundamentals/metrics. Non-public and organic figures are for the
# owner alone and for posts of at most 30 days.

_PRIVATE_DAYS_MS = 30 * 86_400_000
_PRIVATE = frozenset({"non_public_metrics", "organic_metrics"})
_METRICS = _PRIVATE | {"public_metrics"}


def describe(
    networks: Networks, post: Post, caller: Caller, fields: frozenset[str]
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return a post as data, and the partial errors for figures that were refused."""
    data: dict[str, Any] = {
        "id": post.post_id,
        "text": stored_text(post.text),
        "edit_history_tweet_ids": [post.post_id],
    }
    if "author_id" in fields:
        data["author_id"] = networks.members.by_key(post.member).x_id
    if "created_at" in fields:
        created = from_milliseconds(post.created_ms)
        data["created_at"] = f"{created:%Y-%m-%dT%H:%M:%S}.{post.created_ms % 1000:03d}Z"
    if "entities" in fields and post.link is not None:
        data["entities"] = {"urls": url_entities(post.text)}
    if "attachments" in fields and post.content.get("media_ids"):
        data["attachments"] = {"media_keys": [f"3_{key}" for key in post.content["media_ids"]]}
    if not fields.isdisjoint(_METRICS):
        metrics, errors = _metrics(networks, post, caller, fields)
        return {**data, **metrics}, errors
    return data, []


def _metrics(
    networks: Networks, post: Post, caller: Caller, fields: frozenset[str]
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    figures = networks.visitor.figures(post)
    reposts = "repost_count" if networks.options.x_vocabulary == "new" else "retweet_count"
    recent = networks.clock.now_ms() - post.created_ms <= _PRIVATE_DAYS_MS
    shown: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    if "public_metrics" in fields:
        shown["public_metrics"] = _public(figures, reposts)
    for field in sorted(fields.intersection(_PRIVATE)):
        metrics = _private(field, figures, reposts, has_link=post.link is not None)
        if recent and post.member == caller.member.key:
            shown[field] = metrics
        else:
            errors += [
                refusals.field_not_authorized(post.post_id, f"{field}.{name}") for name in metrics
            ]
    return shown, errors


def _public(figures: Figures, reposts: str) -> dict[str, int]:
    return {
        reposts: figures.reshares,
        "reply_count": figures.comments,
        "like_count": figures.reactions,
        "quote_count": figures.reshares // 4,
        "bookmark_count": figures.saves,
        "impression_count": figures.impressions,
    }


def _private(field: str, figures: Figures, reposts: str, *, has_link: bool) -> dict[str, int]:
    metrics = {
        "impression_count": figures.impressions,
        "user_profile_clicks": figures.profile_clicks,
    }
    if has_link:
        metrics["url_link_clicks"] = figures.link_clicks
    engaged = figures.reactions + figures.comments + figures.reshares
    if field == "non_public_metrics":
        clicked = figures.profile_clicks + figures.link_clicks
        return {**metrics, "engagements": engaged + clicked}
    return {
        **metrics,
        reposts: figures.reshares,
        "reply_count": figures.comments,
        "like_count": figures.reactions,
    }
