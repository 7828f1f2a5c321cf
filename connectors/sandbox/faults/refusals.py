"""Refusals that a network gives without a reason of its own, in that network's manner."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

from connectors.sandbox.exchange import Answer, HeaderPairs, Refusal
from connectors.sandbox.faults.hit import Hit
from connectors.sandbox.linkedin import refusals as linkedin
from connectors.sandbox.mastodon import refusals as mastodon
from connectors.sandbox.x import refusals as x

_DENIED = b"<html><title>401 Authorization Required</title></html>"
_NO_POST = "urn:li:share:7000000000000000000"


def refusal(hit: Hit) -> Refusal:
    """Return the refusal that the rule asks for."""
    match hit.rule.kind:
        case "http_401":
            # Of somebody in between: it says nothing of the token.
            return Refusal(
                Answer(status=401, headers=(("content-type", "text/html"),), body=_DENIED)
            )
        case "http_500" | "http_502" | "http_503" as kind:
            status = int(kind.removeprefix("http_"))
            return _SERVER_ERRORS[hit.network](status)
        case "expired_token" | "revoked_token" if hit.operation == "token":
            return x.oauth_error(400, "invalid_request", "Value passed for the token was invalid.")
        case "rate_limited" if hit.network == "linkedin":
            return linkedin.throttled("MEMBER", _rate_headers(hit))
        case "rate_limited":
            throttled = mastodon.throttled if hit.network == "mastodon" else x.throttled
            return throttled(_rate_headers(hit))
        case _:
            return _OWN[hit.network](hit)


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


def _mastodon_refusal(_hit: Hit) -> Refusal:
    # Its tokens do not expire, they are revoked.
    return mastodon.unauthorized("The access token was revoked")


_SERVER_ERRORS = {
    "linkedin": linkedin.server_error,
    "x": x.server_error,
    "mastodon": mastodon.server_error,
}
_OWN = {"linkedin": _linkedin_refusal, "x": _x_refusal, "mastodon": _mastodon_refusal}


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
            return _window(hit, reset)
        case "reset_past":
            return _window(hit, hit.now - timedelta(hours=1))
        case "unreadable":
            return (
                ("retry-after", "soon"),
                ("x-rate-limit-reset", "tomorrow"),
                ("x-ratelimit-reset", "tomorrow"),
            )
        case _:
            return ()


def _window(hit: Hit, reset: datetime) -> HeaderPairs:
    if hit.network == "mastodon":
        return (
            ("x-ratelimit-limit", "300"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", reset.isoformat()),
        )
    return (
        ("x-rate-limit-limit", "100"),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", str(int(reset.timestamp()))),
    )
