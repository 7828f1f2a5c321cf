"""A Mastodon server, as far as an application of one member can see it."""

from __future__ import annotations

from connectors.sandbox.exchange import Operation, missing
from connectors.sandbox.mastodon import access, statuses
from connectors.sandbox.mastodon.access import (
    ALL,
    DELETIONS,
    MEDIA,
    MemberHandler,
    Quota,
    member_call,
)
from connectors.sandbox.pages import show_mastodon_post


def _api(
    kind: str, method: str, path: str, handler: MemberHandler, *, scope: str, quota: Quota = ALL
) -> Operation:
    return Operation(
        kind=kind, method=method, path=path, handler=member_call(handler, scope=scope, quota=quota)
    )


OPERATIONS = (
    Operation(
        kind="authorize", method="GET", path="/oauth/authorize", handler=access.ask, page=True
    ),
    Operation(
        kind="consent", method="POST", path="/oauth/authorize", handler=access.decide, page=True
    ),
    Operation(kind="token", method="POST", path="/oauth/token", handler=access.exchange),
    Operation(kind="revoke", method="POST", path="/oauth/revoke", handler=access.revoke),
    _api(
        "me.read",
        "GET",
        "/api/v1/accounts/verify_credentials",
        statuses.verify_credentials,
        scope="read:accounts",
    ),
    _api(
        "timeline.read",
        "GET",
        "/api/v1/accounts/{id}/statuses",
        statuses.of_member,
        scope="read:statuses",
    ),
    _api("post.create", "POST", "/api/v1/statuses", statuses.create, scope="write:statuses"),
    _api("posts.read", "GET", "/api/v1/statuses", statuses.read_many, scope="read:statuses"),
    _api("post.read", "GET", "/api/v1/statuses/{id}", statuses.read, scope="read:statuses"),
    _api(
        "post.delete",
        "DELETE",
        "/api/v1/statuses/{id}",
        statuses.delete,
        scope="write:statuses",
        quota=DELETIONS,
    ),
    _api(
        "media.upload", "POST", "/api/v2/media", statuses.upload, scope="write:media", quota=MEDIA
    ),
    Operation(
        kind="permalink",
        method="GET",
        path="/@{handle}/{post_id}",
        handler=show_mastodon_post,
        page=True,
    ),
    Operation(kind="unknown", method="*", path="/{path:path}", handler=missing("mastodon")),
)
