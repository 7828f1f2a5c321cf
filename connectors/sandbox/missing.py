"""The answer to what a network does not have."""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, Call, Handler
from connectors.sandbox.networks import Networks


def missing(network: str) -> Handler:
    """Return a handler that answers 404 in the manner of a network."""

    def answer(_networks: Networks, call: Call) -> Answer:
        if network == "linkedin":
            message = f"No virtual resource found for {call.method} {call.path}"
            body: dict[str, object] = {
                "status": 404,
                "code": "RESOURCE_NOT_FOUND",
                "message": message,
            }
        elif network == "mastodon":
            body = {"error": "Record not found"}
        else:
            body = {"title": "Not Found", "type": "about:blank", "status": 404}
        return Answer.json(404, body)

    return answer
