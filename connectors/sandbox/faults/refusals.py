"""Refusals that a network gives without a reason of its own, in that network's manner."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

from connectors.sandbox.exchange import HeaderPairs, Refusal
from connectors.sandbox.faults.hit import Hit
from connectors.sandbox.linkedin import refusals as linkedin
from connectors.sandbox.x import refusals as x

_NO_POST = "urn:li:share:7000000000000000000"


def refusal(hit: Hit) -> Refusal:
    """Return the refusal that the rule asks for."""
    match hit.rule.kind:
        case "http_500" | "http_502" | "http_503" as kind:
            status = int(kind.removeprefix("http_"))
            if hit.network == "linkedin":
                return linkedin.server_error(status)
            return x.server_error(status)
        case "expired_token" | "revoked_token" if hit.operation == "token":
            return x.oauth_error(400, "invalid_request", "Value passed for the token was invalid.")
        case "rate_limited":
            headers = _rate_headers(hit)
            if hit.network == "linkedin":
                return linkedin.throttled("MEMBER", headers)
            return x.throttled(headers)
        case _:
            return _linkedin_refusal(hit) if hit.network == "linkedin" else _x_refusal(hit)


def _linkedin_refusal(hit: Hit) -> Refusal:
    match hit.rule.kind:
        case "expired_token":
            return linkedin.expired_token()
        case "revoked_token":
            return linkedin.revoked_token()
        case "version_sunset":
            return linkedin.version_sunset()
        case _:
            # Without a post of its own it names one that is not there: a ghost.
            return linkedin.duplicate(hit.post_id or _NO_POST)


def _x_refusal(hit: Hit) -> Refusal:
    match hit.rule.kind:
        case "expired_token" | "revoked_token":
            return x.unauthorized()
        case "credits_depleted":
            return x.credits_depleted()
        case _:
            return x.duplicate()


def _rate_headers(hit: Hit) -> HeaderPairs:
    shape = hit.rule.shape
    if shape == "native":
        shape = "bare" if hit.network == "linkedin" else "reset"
    seconds = hit.rule.retry_after
    reset = hit.now + timedelta(seconds=seconds)
    match shape:
        case "retry_after":
            return (("retry-after", str(seconds)),)
        case "retry_after_date":
            return (("retry-after", format_datetime(reset, usegmt=True)),)
        case "reset":
            return _window(reset)
        case "reset_past":
            return _window(hit.now - timedelta(hours=1))
        case "unreadable":
            return (("retry-after", "soon"), ("x-rate-limit-reset", "tomorrow"))
        case _:
            return ()


def _window(reset: datetime) -> HeaderPairs:
    return (
        ("x-rate-limit-limit", "100"),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", str(int(reset.timestamp()))),
    )
