"""What X's answers say: refusals as the reactions they ask for, metrics, and posts as written."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from unicodedata import normalize

import requests

from connectors.transport.http import failed, no_usable_answer
from connectors.transport.oauth import json_object
from services.errors import (
    AccessInDoubt,
    NeedsPerson,
    Rejected,
    RetryLater,
    ZwaanError,
)
from services.message import message
from services.message import said as as_said
from services.text.links_in_text import link_spans

Object = dict[str, Any]

_LONGEST_WAIT = timedelta(days=1)


def refusal(response: requests.Response, *, now: datetime) -> ZwaanError:
    """The error that an answer with an error status asks for."""
    status, answer = response.status_code, json_object(response)
    said = str(answer.get("detail") or answer.get("title") or "")[:200]
    if status == requests.codes.forbidden and "duplicate" in said.lower():
        return Duplicate(as_said(said))
    if person := _for_a_person(status, said):
        return person
    if status == requests.codes.unauthorized:
        # Of a token that ended as of a blip; which it is, X says when the access is renewed.
        return AccessInDoubt(
            message("x.not-accepted", "X did not accept your connection this time")
        )
    if status == requests.codes.not_found:
        return Gone(
            message("x.post-gone", "X does not know this post"),
            remedy=message("do.x.gone", "It was probably deleted on X."),
        )
    if status == requests.codes.too_many_requests:
        return RetryLater(
            message("x.limit", "X's limit is reached"), after=_patience(response, now)
        )
    if 400 <= status < 500:
        return Rejected(
            message(
                "x.refused",
                "X refuses this: {said}",
                said=said or message("answer.status", "status {status}", status=status),
            ),
            remedy=message("do.change-text", "Change the text and approve it again."),
        )
    return no_usable_answer("X", response.request.method or "", failed(status))


def _patience(response: requests.Response, now: datetime) -> float | None:
    """Seconds until the last exhausted limit begins anew, by X's own clock where the answer has it."""
    resets = _resets(response.headers)
    if not resets:
        # The text before X says it so; a date in it is of no use without their clock.
        wait = response.headers.get("retry-after", "").strip()
        return min(float(wait), _LONGEST_WAIT.total_seconds()) if wait.isdecimal() else None
    try:
        their_now = parsedate_to_datetime(response.headers.get("date", "")).timestamp()
    except ValueError:
        their_now = now.timestamp()
    return min(max(max(resets) - their_now, 1.0), _LONGEST_WAIT.total_seconds())


def _resets(headers: Mapping[str, str]) -> list[float]:
    """When limits begin anew: those that are exhausted, or where none says so all that tell it.

    Source: https://docs.x.com/x-api/fundamentals/rate-limits: ``x-rate-limit-*`` for a quarter of an
    hour, ``x-user-limit-24hour-*`` and ``x-app-limit-24hour-*`` for a day.
    """
    exhausted: list[float] = []
    others: list[float] = []
    for name, value in headers.items():
        limit, is_reset, _ = name.lower().rpartition("-reset")
        if not is_reset or "limit" not in limit or not value.strip().isdecimal():
            continue
        remaining = headers.get(f"{limit}-remaining", "0").strip()
        # A number that is none says nothing, and counts as exhausted.
        is_open = remaining.isdecimal() and int(remaining) > 0
        (others if is_open else exhausted).append(float(value))
    return exhausted or others


def _for_a_person(status: int, said: str) -> NeedsPerson | None:
    if status == requests.codes.payment_required:
        return NeedsPerson(
            message("x.no-credits", "Your organisation's credits with X are used up"),
            remedy=message(
                "do.x.add-credits",
                "Ask your administrator to add credits in X's developer console.",
            ),
        )
    if status == requests.codes.forbidden:
        return NeedsPerson(
            message(
                "x.not-permitted",
                "X does not permit this with your connection: {said}",
                said=said or message("answer.forbidden", "forbidden"),
            ),
            remedy=message("do.x.connect-again", "Connect X again and leave all permissions on."),
        )
    return None


class Duplicate(Rejected):
    """X already has a post with this text from this member."""


class Gone(Rejected):
    """The post is not there."""


def objects(value: object) -> list[Object]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def metrics_of(post: Mapping[str, Any]) -> dict[str, int]:
    """Our metrics from X's, in the vocabulary of tweets (``retweet_count``) or of posts."""
    public, private = (
        value if isinstance(value := post.get(name), dict) else {}
        for name in ("public_metrics", "non_public_metrics")
    )
    reposts = _first_count(public, "repost_count", "retweet_count")
    quotes = _first_count(public, "quote_count")
    metrics = {
        "impressions": _first_count({**public, **private}, "impression_count"),
        "reactions": _first_count(public, "like_count"),
        "comments": _first_count(public, "reply_count"),
        "reshares": None if reposts is None else reposts + (quotes or 0),
        "link_clicks": _first_count(private, "url_link_clicks"),
    }
    return {name: count for name, count in metrics.items() if count is not None}


def _first_count(counters: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        count = counters.get(name)
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return count
    return None


def as_written(found: Mapping[str, Any]) -> str:
    """A post's text with its t.co addresses replaced by the links the member wrote."""
    text = str(found.get("text", ""))
    entities = found.get("entities")
    for link in objects(entities.get("urls") if isinstance(entities, dict) else None):
        short, written = link.get("url"), link.get("expanded_url")
        if isinstance(short, str) and isinstance(written, str) and short:
            text = text.replace(short, written)
    return html.unescape(text)


def plain(text: str) -> str:
    """A text without what X changes: entities, blanks, schemes and final slashes of links."""
    text = normalize("NFC", text)
    parts, position = [], 0
    for start, end in link_spans(text):
        parts += [text[position:start], text[start:end].split("://")[-1].rstrip("/")]
        position = end
    parts.append(text[position:])
    return " ".join("".join(parts).split())
