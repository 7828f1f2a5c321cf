"""What a client receives in place of the honest answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from connectors.sandbox.exchange import Answer, HeaderPairs, Refusal
from connectors.sandbox.faults import FaultRule
from connectors.sandbox.linkedin import refusals as linkedin
from connectors.sandbox.mastodon import refusals as mastodon
from connectors.sandbox.x import refusals as x


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """``honest`` is what the network answered when it carried the request out, else None, and
    ``post_id`` the post that came of it. ``now`` is the time on the sandbox clock.
    """

    rule: FaultRule
    network: str
    operation: str
    honest: Answer | None
    post_id: str | None
    now: datetime


_HUGE_BYTES = 10 * 1024 * 1024
_HTML = (
    b"<!doctype html><html><head><title>Bad Gateway</title></head>"
    b"<body><h1>Bad Gateway</h1><hr>nginx</body></html>"
)
_JSON: HeaderPairs = (("content-type", "application/json"),)


def spoiled(hit: Hit) -> Answer:
    """Return the answer that the rule asks for."""
    honest = hit.honest or Answer(status=200)
    match hit.rule.kind:
        case "empty_body" | "html_body" | "half_json" | "huge_body":
            return _unusable(hit.rule.kind, honest)
        case "redirect_other_host":
            return Answer(status=307, headers=(("location", "http://other.invalid/"),))
        case "foreign_upload_url":
            return _foreign_upload_url(honest)
        case "duplicate" if honest.status >= 400:
            return honest
        case _:
            return refusal(hit).answer


def _unusable(kind: str, honest: Answer) -> Answer:
    # Headers go as well: LinkedIn's post id is in one, and a lost answer loses that too.
    status = 200 if honest.status == 204 else honest.status
    match kind:
        case "empty_body":
            return Answer(status=honest.status)
        case "html_body":
            return Answer(status=200, body=_HTML, headers=(("content-type", "text/html"),))
        case "half_json":
            whole = honest.body or b'{"id":"urn:li:share:71'
            return Answer(status=status, body=whole[: len(whole) // 2], headers=_JSON)
        case _:
            huge = b'{"data":"' + b"x" * _HUGE_BYTES + b'"}'
            return Answer(status=status, body=huge, headers=_JSON)


def _foreign_upload_url(honest: Answer) -> Answer:
    if honest.status != 200 or not honest.body:
        return honest
    body = json.loads(honest.body)
    body["value"]["uploadUrl"] = "http://other.invalid/dms-uploads/1"
    return replace(honest, body=json.dumps(body).encode())


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
