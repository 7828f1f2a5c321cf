"""X's error answers: problem details (RFC 7807).

Source: https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.exchange import Answer, HeaderPairs, Refusal

_PROBLEMS = "https://api.twitter.com/2/problems"
_SERVER_TITLES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}


def unauthorized() -> Refusal:
    """The token is missing, unknown, expired or revoked: X does not tell which."""
    return _problem(401, "Unauthorized", "Unauthorized")


def forbidden(detail: str) -> Refusal:
    """The member may not do this."""
    return _problem(403, "Forbidden", detail)


def missing_scope() -> Refusal:
    """The token lacks a scope."""
    return forbidden("You are not permitted to perform this action.")


def duplicate() -> Refusal:
    """The member has a live post with this content; X does not say which."""
    return forbidden("You are not allowed to create a Tweet with duplicate content.")


def too_long() -> Refusal:
    """The weighted length is above 280."""
    return forbidden("Your Tweet text is too long.")


def credits_depleted() -> Refusal:
    """The app has no credits left."""
    detail = "Your enrolled account does not have any credits to fulfill this request."
    return _problem(402, "CreditsDepleted", detail, kind=f"{_PROBLEMS}/credits")


def invalid(parameter: str, value: str, message: str) -> Refusal:
    """A parameter of the request is wrong."""
    return Refusal(
        Answer.json(
            400,
            {
                "errors": [{"parameters": {parameter: [value]}, "message": message}],
                "title": "Invalid Request",
                "detail": "One or more parameters to your request was invalid.",
                "type": f"{_PROBLEMS}/invalid-request",
            },
        )
    )


def not_found(kind: str, parameter: str, value: str) -> Refusal:
    """What the path names is not there."""
    problem = missing_resource(kind, parameter, value)
    return Refusal(Answer.json(404, {**problem, "status": 404}))


def missing_resource(kind: str, parameter: str, value: str) -> dict[str, str]:
    """One entry of the partial ``errors`` of a 200: the rest of the answer is good."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{_PROBLEMS}/resource-not-found",
    }


def field_not_authorized(post_id: str, field: str) -> dict[str, str]:
    """One entry of the partial ``errors`` of a 200: a figure that only the owner may see."""
    return {
        "resource_id": post_id,
        "parameter": "ids",
        "resource_type": "tweet",
        "section": "data",
        "field": field,
        "value": post_id,
        "title": "Field Authorization Error",
        "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with"
        f" ids : [{post_id}].",
        "type": f"{_PROBLEMS}/not-authorized-for-field",
    }


def throttled(headers: HeaderPairs = ()) -> Refusal:
    """A window is used up."""
    return _problem(429, "Too Many Requests", "Too Many Requests", headers=headers)


def server_error(status: int) -> Refusal:
    """Something failed on their side."""
    title = _SERVER_TITLES.get(status, "Internal Server Error")
    return _problem(status, title, title)


def oauth_error(status: int, error: str, description: str) -> Refusal:
    """The token endpoint refuses; a dead code or token is ``invalid_request``."""
    return Refusal(Answer.json(status, {"error": error, "error_description": description}))


def _problem(
    status: int,
    title: str,
    detail: str,
    *,
    kind: str = "about:blank",
    headers: HeaderPairs = (),
) -> Refusal:
    body: dict[str, Any] = {"title": title, "detail": detail, "type": kind, "status": status}
    return Refusal(Answer.json(status, body, headers))
