"""Mastodon's error answers: an object with the one word ``error``.

Source: https://docs.joinmastodon.org/entities/Error/ and .../spec/oauth/
"""

from __future__ import annotations

from connectors.sandbox.exchange import Answer, HeaderPairs, Refusal

_SERVER_ERRORS = {
    500: "There was an error generating the response",
    502: "Bad Gateway",
    503: "There was a temporary problem serving your request, please try again",
}


def unauthorized(message: str = "The access token is invalid") -> Refusal:
    """The token is missing, unknown or revoked; Mastodon's tokens do not expire."""
    return _error(401, message)


def missing_scope() -> Refusal:
    """The token lacks a scope."""
    return _error(403, "This action is outside the authorized scopes")


def not_found() -> Refusal:
    """There is no such record, or it belongs to another member."""
    return _error(404, "Record not found")


def invalid(message: str) -> Refusal:
    """The request is understood and cannot be carried out."""
    return _error(422, message)


def throttled(headers: HeaderPairs = ()) -> Refusal:
    """A window is used up."""
    return _error(429, "Too many requests", headers)


def server_error(status: int) -> Refusal:
    """Something failed on the server's side."""
    return _error(status, _SERVER_ERRORS.get(status, _SERVER_ERRORS[500]))


def oauth_error(status: int, error: str, description: str) -> Refusal:
    """The token endpoint refuses."""
    return Refusal(Answer.json(status, {"error": error, "error_description": description}))


def _error(status: int, message: str, headers: HeaderPairs = ()) -> Refusal:
    return Refusal(Answer.json(status, {"error": message}, headers))
