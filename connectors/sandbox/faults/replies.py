"""What a client receives in place of the honest answer."""

from __future__ import annotations

import json
from dataclasses import replace

from connectors.sandbox.exchange import Answer, HeaderPairs
from connectors.sandbox.faults.hit import Hit
from connectors.sandbox.faults.refusals import refusal

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
    # Headers go as well: LinkedIn's post id stands in one, and a lost answer loses that too.
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
