"""The audience of the posts that are really in this sandbox."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from connectors.sandbox.audience import Audience, Figures, Published, Visit
from connectors.sandbox.clock import SandboxClock, from_milliseconds
from connectors.sandbox.state.posts import Post, Posts
from connectors.sandbox.state.settings import Settings


class AudienceVisitor:
    """Plans who follows the links of stored posts, and counts what the networks would report."""

    def __init__(
        self, *, posts: Posts, settings: Settings, clock: SandboxClock, audience: Audience
    ) -> None:
        self._posts = posts
        self._settings = settings
        self._clock = clock
        saved = settings.read("audience")
        self._audience = audience if saved is None else Audience(**saved)

    @property
    def audience(self) -> Audience:
        """Return the audience as it is set now."""
        return self._audience

    def change(self, audience: Audience) -> None:
        """Replace the audience, also after a restart."""
        self._audience = audience
        self._settings.write("audience", asdict(audience))

    def figures(self, post: Post) -> Figures:
        """Return a post's counters now; those of a deleted post stand still."""
        return self.figures_at(post, self._clock.now())

    def figures_at(self, post: Post, moment: datetime) -> Figures:
        """Return a post's counters as they were at a moment."""
        return self._audience.figures(_published(post), _alive(post, moment))

    def visits(self, post_id: str, until: datetime) -> list[Visit]:
        """Return the visits to a post's link up to a moment, in order.

        Raises LookupError when there is no such post.
        """
        post = self._posts.find(post_id)
        if post is None:
            raise LookupError(f"The sandbox has no post {post_id}.")
        return self._audience.visits(_published(post), _alive(post, until))


def _published(post: Post) -> Published:
    return Published(
        post_id=post.post_id,
        network=post.network,
        published_at=from_milliseconds(post.created_ms),
        has_link=post.link is not None,
    )


def _alive(post: Post, moment: datetime) -> datetime:
    return moment if post.deleted_ms is None else min(moment, from_milliseconds(post.deleted_ms))
