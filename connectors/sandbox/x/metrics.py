"""How a post looks in a reading request: who may see which figure, in which vocabulary.

Source: https://docs.x.com/x-api/fundamentals/metrics. Non-public and organic figures are for the
owner alone and for posts of at most 30 days.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.audience import Figures
from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.networks import Networks
from connectors.sandbox.state.posts import Post
from connectors.sandbox.x import refusals
from connectors.sandbox.x.access import Caller
from connectors.sandbox.x.rendering import stored_text, url_entities

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
