"""``/_sandbox/sandbox.css``."""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks
from connectors.sandbox.pages import stylesheet


def show(_networks: Networks, _call: Call) -> Answer:
    """Return the style of the sandbox pages."""
    return Answer(
        status=200,
        body=stylesheet(),
        headers=(("content-type", "text/css; charset=utf-8"), ("cache-control", "max-age=300")),
    )
