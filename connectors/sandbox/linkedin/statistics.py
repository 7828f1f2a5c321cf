"""Statistics of a member's own post, one metric a call.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from connectors.sandbox.audience import Figures
from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.exchange import Answer, Call, Networks
from connectors.sandbox.linkedin import refusals
from connectors.sandbox.linkedin.access import identify, require_scope, require_version
from connectors.sandbox.state.posts import Post

_METRICS = {
    "IMPRESSION": "impressions",
    "MEMBERS_REACHED": "members_reached",
    "RESHARE": "reshares",
    "REACTION": "reactions",
    "COMMENT": "comments",
    "LINK_CLICKS": "link_clicks",
    "POST_SAVE": "saves",
}
_SINCE_202604 = frozenset({"LINK_CLICKS", "POST_SAVE"})
_TYPE = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1"

# Rest.li 2.0: the parentheses are structure and stand as they are, the URN inside is encoded.
_ENTITY = re.compile(r"(?:^|&)entity=\((share|ugc):(urn%3Ali%3A(?:share|ugcPost)%3A\d+)\)(?:&|$)")

#: A figure is unavailable in one of so many combinations of post, metric and hour.
_UNAVAILABLE_ONE_IN = 40


def read(networks: Networks, call: Call) -> Answer:
    """Return one metric of one post; ``-1`` means that a figure is not available now."""
    version = require_version(networks, call)
    caller = identify(networks, call)
    require_scope(caller, "r_member_postAnalytics", f"memberCreatorPostAnalytics.FINDER.{version}")
    metric, daily = _asked(call, version)
    post = _post(networks, call)
    if post.member != caller.member.key:
        raise refusals.access_denied(f"memberCreatorPostAnalytics.FINDER.{version}")
    kind = "share" if ":share:" in post.post_id else "ugc"
    element: dict[str, Any] = {
        "targetEntity": {kind: post.post_id},
        "metricType": metric if version >= "202605" else {_TYPE: metric},
    }
    if daily:
        elements = [
            {**element, "count": count, "dateRange": _range(day)}
            for day, count in _by_day(networks, post, metric)
        ]
    else:
        elements = [{**element, "count": _total(networks, post, metric)}]
    paging = {"start": 0, "count": 10, "links": []}
    return Answer.json(200, {"paging": paging, "elements": elements})


def _asked(call: Call, version: str) -> tuple[str, bool]:
    metric = call.query.get("queryType", "")
    aggregation = call.query.get("aggregation", "TOTAL")
    if call.query.get("q") != "entity":
        raise refusals.invalid("Finder q must be entity")
    if metric not in _METRICS or (metric in _SINCE_202604 and version < "202604"):
        raise refusals.invalid(f"Invalid query parameter queryType: {metric}")
    if aggregation not in {"TOTAL", "DAILY"}:
        raise refusals.invalid(f"Invalid query parameter aggregation: {aggregation}")
    if aggregation == "DAILY" and metric == "MEMBERS_REACHED":
        raise refusals.invalid("DAILY aggregation is not supported for MEMBERS_REACHED")
    return metric, aggregation == "DAILY"


def _post(networks: Networks, call: Call) -> Post:
    entity = _ENTITY.search(call.raw_query)
    if entity is None:
        raise refusals.invalid("Invalid query parameter entity: cannot be parsed as a union")
    urn = unquote(entity[2])
    if (entity[1] == "share") != urn.startswith("urn:li:share:"):
        raise refusals.invalid("Invalid query parameter entity: the key does not fit the URN")
    post = networks.posts.find_live("linkedin", urn)
    if post is None:
        raise refusals.not_found(f"Entity {urn}")
    return post


def _total(networks: Networks, post: Post, metric: str) -> int:
    hour = networks.clock.now_ms() // 3_600_000
    drawn = hashlib.sha256(f"{post.post_id}:{metric}:{hour}".encode()).digest()
    if int.from_bytes(drawn[:4], "big") % _UNAVAILABLE_ONE_IN == 0:
        return -1
    return _count(networks.visitor.figures(post), metric)


def _by_day(networks: Networks, post: Post, metric: str) -> list[tuple[date, int]]:
    """Return what was added on each day since the post, in UTC."""
    now = networks.clock.now()
    start = from_milliseconds(post.created_ms)
    days: list[tuple[date, int]] = []
    before = 0
    midnight = datetime(start.year, start.month, start.day, tzinfo=start.tzinfo)
    while midnight <= now:
        day, midnight = midnight.date(), midnight + timedelta(days=1)
        total = _count(networks.visitor.figures_at(post, min(midnight, now)), metric)
        days.append((day, total - before))
        before = total
    return days


def _range(day: date) -> dict[str, dict[str, int]]:
    def parts(moment: date) -> dict[str, int]:
        return {"year": moment.year, "month": moment.month, "day": moment.day}

    return {"start": parts(day), "end": parts(day + timedelta(days=1))}


def _count(figures: Figures, metric: str) -> int:
    count: int = getattr(figures, _METRICS[metric])
    return count
