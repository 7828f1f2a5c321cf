"""LinkedIn's error answers.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
and what other projects report of bodies that the page leaves out.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.exchange import Answer, HeaderPairs, Refusal


def expired_token() -> Refusal:
    """The access token's 60 days are over."""
    return _refusal(401, 65602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired")


def revoked_token() -> Refusal:
    """The member or the client revoked the token."""
    message = "The token used in the request has been revoked by the user"
    return _refusal(401, 65601, "REVOKED_ACCESS_TOKEN", message)


def invalid_token() -> Refusal:
    """The token was never issued."""
    return _refusal(401, 65600, "INVALID_ACCESS_TOKEN", "Invalid access token")


def missing_token() -> Refusal:
    """There is no bearer token."""
    return _refusal(401, 65604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token")


def access_denied(resource: str) -> Refusal:
    """The token lacks the permission, or belongs to another member."""
    return _refusal(403, 100, "ACCESS_DENIED", f"Not enough permissions to access: {resource}")


def version_missing() -> Refusal:
    """There is no LinkedIn-Version header."""
    message = (
        "A version must be present. Please specify a version by adding the LinkedIn-Version header."
    )
    return _refusal(400, None, "VERSION_MISSING", message)


def version_sunset(version: str = "202401") -> Refusal:
    """The version is no longer, or not yet, active."""
    message = f"Requested version {version} is not active"
    return _refusal(426, None, "NONEXISTENT_VERSION", message)


def invalid(message: str, code: str = "ILLEGAL_ARGUMENT", *, status: int = 400) -> Refusal:
    """The request itself is wrong."""
    return _refusal(status, None, code, message)


def not_found(what: str) -> Refusal:
    """There is no such thing."""
    return _refusal(404, None, "NOT_FOUND", f"{what} not found")


def duplicate(post_id: str) -> Refusal:
    """The same author posted the same content; the answer names that post."""
    message = f"Duplicate post is detected. Content is a duplicate of {post_id}"
    detail = {
        "inputErrors": [
            {
                "code": "DUPLICATE_POST",
                "description": message,
                "input": {"inputPath": {"fieldPath": "commentary"}},
            }
        ]
    }
    return Refusal(
        Answer.json(
            422,
            {
                "message": message,
                "errorDetailType": "com.linkedin.common.error.BadRequest",
                "errorDetails": detail,
                "status": 422,
            },
        )
    )


def throttled(who: str = "MEMBER", headers: HeaderPairs = ()) -> Refusal:
    """A daily limit is used up; LinkedIn sends no rate headers and no Retry-After."""
    message = f"Resource level throttle {who} DAY limit for calls to this resource is reached."
    return _refusal(429, 101, "TOO_MANY_REQUESTS", message, headers)


def server_error(status: int) -> Refusal:
    """Something failed on their side."""
    return _refusal(status, None, "INTERNAL_SERVER_ERROR", "Internal Server Error")


def oauth_error(status: int, error: str, description: str) -> Refusal:
    """The token endpoint refuses (RFC 6749, section 5.2)."""
    return Refusal(Answer.json(status, {"error": error, "error_description": description}))


def _refusal(
    status: int, service_code: int | None, code: str, message: str, headers: HeaderPairs = ()
) -> Refusal:
    body: dict[str, Any] = {"status": status}
    if service_code is not None:
        body["serviceErrorCode"] = service_code
    body |= {"code": code, "message": message}
    return Refusal(Answer.json(status, body, headers))
