"""LinkedIn: OAuth 2.0, the Posts and Images APIs, member post statistics."""

from __future__ import annotations

from connectors.sandbox.exchange import Operation, missing
from connectors.sandbox.linkedin import access, posts, statistics
from connectors.sandbox.pages import show_linkedin_post

OPERATIONS = (
    Operation(
        kind="authorize",
        method="GET",
        path="/oauth/v2/authorization",
        handler=access.ask,
        page=True,
    ),
    Operation(
        kind="consent",
        method="POST",
        path="/oauth/v2/authorization",
        handler=access.decide,
        page=True,
    ),
    Operation(kind="token", method="POST", path="/oauth/v2/accessToken", handler=access.exchange),
    Operation(kind="revoke", method="POST", path="/oauth/v2/revoke", handler=access.revoke),
    Operation(kind="userinfo", method="GET", path="/v2/userinfo", handler=access.userinfo),
    Operation(kind="post.create", method="POST", path="/rest/posts", handler=posts.create),
    Operation(kind="post.read", method="GET", path="/rest/posts/{urn}", handler=posts.read),
    Operation(kind="post.delete", method="DELETE", path="/rest/posts/{urn}", handler=posts.delete),
    Operation(
        kind="image.initialize", method="POST", path="/rest/images", handler=posts.initialize_image
    ),
    Operation(kind="image.read", method="GET", path="/rest/images/{urn}", handler=posts.read_image),
    Operation(
        kind="image.upload", method="PUT", path="/dms-uploads/{ticket}", handler=posts.upload_image
    ),
    Operation(
        kind="statistics.read",
        method="GET",
        path="/rest/memberCreatorPostAnalytics",
        handler=statistics.read,
    ),
    Operation(
        kind="permalink",
        method="GET",
        path="/feed/update/{post_id}/",
        handler=show_linkedin_post,
        page=True,
    ),
    Operation(kind="unknown", method="*", path="/{path:path}", handler=missing("linkedin")),
)
