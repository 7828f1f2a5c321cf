"""The body of a new LinkedIn post, checked against its schema as Rest.li does."""

from __future__ import annotations

from typing import Any, NoReturn

from connectors.sandbox.exchange import Call
from connectors.sandbox.linkedin import refusals

_REQUIRED = ("author", "commentary", "visibility", "distribution", "lifecycleState")
_OPTIONAL = frozenset({"content", "isReshareDisabledByAuthor", "contentLandingPage"})
_VISIBILITIES = frozenset({"PUBLIC", "CONNECTIONS", "LOGGED_IN"})
_FEEDS = frozenset({"MAIN_FEED", "NONE"})


def post_body(call: Call) -> dict[str, Any]:
    """Return the body of a new post. Raises Refusal with 400 (no JSON) or 422 (wrong fields)."""
    try:
        body = call.json()
    except ValueError:
        raise refusals.invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise refusals.invalid("The request body must be a JSON object")
    _check_names(body)
    _check_values(body)
    return body


def reject(field: str, reason: str) -> NoReturn:
    """Raise Refusal with 422 that names a field."""
    raise refusals.invalid(f"ERROR :: /{field} :: {reason}", "VALIDATION_ERROR", status=422)


def _check_names(body: dict[str, Any]) -> None:
    for name in _REQUIRED:
        if name not in body:
            reject(name, "field is required but not found and has no default value")
    for name in body:
        if name not in _REQUIRED and name not in _OPTIONAL:
            reject(name, "unrecognized field found but not allowed")


def _check_values(body: dict[str, Any]) -> None:
    for name in ("author", "commentary"):
        if not isinstance(body[name], str):
            reject(name, "is not a string")
    if body["visibility"] not in _VISIBILITIES:
        reject("visibility", "is not an enum symbol")
    if body["lifecycleState"] != "PUBLISHED":
        reject("lifecycleState", "must be PUBLISHED")
    distribution = body["distribution"]
    if not isinstance(distribution, dict) or distribution.get("feedDistribution") not in _FEEDS:
        reject("distribution/feedDistribution", "is not an enum symbol")
    if not body["commentary"].strip() and "content" not in body:
        reject("commentary", "must not be empty without content")
