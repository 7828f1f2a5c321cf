"""The parameters of X's read requests, in both vocabularies."""

from __future__ import annotations

from datetime import datetime

from connectors.sandbox.clock import milliseconds
from connectors.sandbox.exchange import Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.x import refusals

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
