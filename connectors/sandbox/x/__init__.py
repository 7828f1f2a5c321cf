"""X: OAuth 2.0 with PKCE, posts, metrics and media of API v2, and how often a member may ask."""

from __future__ import annotations

from connectors.sandbox.exchange import Operation, missing
from connectors.sandbox.pages import show_x_post
from connectors.sandbox.x import access, posts, reads
from connectors.sandbox.x.access import MemberHandler, Quota, member_call

_READ = frozenset({"tweet.read", "users.read"})
_WRITE = _READ | {"tweet.write"}
_MEDIA = frozenset({"media.write"})


def _api(
    kind: str,
    method: str,
    path: str,
    handler: MemberHandler,
    *,
    scopes: frozenset[str],
    quota: Quota,
) -> Operation:
    limited = member_call(handler, name=kind, scopes=scopes, quota=quota)
    return Operation(kind=kind, method=method, path=path, handler=limited)


OPERATIONS = (
    Operation(
        kind="authorize", method="GET", path="/i/oauth2/authorize", handler=access.ask, page=True
    ),
    Operation(
        kind="consent", method="POST", path="/i/oauth2/authorize", handler=access.decide, page=True
    ),
    Operation(kind="token", method="POST", path="/2/oauth2/token", handler=access.exchange),
    Operation(kind="revoke", method="POST", path="/2/oauth2/revoke", handler=access.revoke),
    _api(
        "post.create",
        "POST",
        "/2/tweets",
        posts.create,
        scopes=_WRITE,
        quota=Quota(per_user=100, per_app_per_day=10_000),
    ),
    _api(
        "post.delete",
        "DELETE",
        "/2/tweets/{id}",
        posts.delete,
        scopes=_WRITE,
        quota=Quota(per_user=50),
    ),
    _api(
        "posts.read",
        "GET",
        "/2/tweets",
        reads.read_posts,
        scopes=_READ,
        quota=Quota(per_user=5000),
    ),
    _api(
        "me.read",
        "GET",
        "/2/users/me",
        reads.me,
        scopes=_READ,
        quota=Quota(per_user=75),
    ),
    _api(
        "timeline.read",
        "GET",
        "/2/users/{id}/tweets",
        reads.timeline,
        scopes=_READ,
        quota=Quota(per_user=900),
    ),
    _api(
        "media.upload",
        "POST",
        "/2/media/upload",
        posts.upload,
        scopes=_MEDIA,
        quota=Quota(per_user=500),
    ),
    _api(
        "media.describe",
        "POST",
        "/2/media/metadata",
        posts.describe,
        scopes=_MEDIA,
        quota=Quota(per_user=500),
    ),
    Operation(
        kind="permalink",
        method="GET",
        path="/{handle}/status/{post_id}",
        handler=show_x_post,
        page=True,
    ),
    Operation(kind="unknown", method="*", path="/{path:path}", handler=missing("x")),
)
