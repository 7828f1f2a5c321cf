"""Posts, kept after their deletion: a deleted text may still count as a duplicate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.state.database import Database

_COLUMNS = "post_id, network, member, raw, text, content, link, created_ms, deleted_ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """``raw`` is what was sent, ``text`` what readers see, ``content`` the network's own extras.

    ``link`` is the first address a reader can follow. Moments are milliseconds since 1970.
    """

    post_id: str
    network: str
    member: int
    raw: str
    text: str
    content: Mapping[str, Any]
    link: str | None
    created_ms: int
    deleted_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Part of a timeline: from ``start_ms``, before ``end_ms``, both ids excluded."""

    start_ms: int
    end_ms: int
    since_id: int
    until_id: int
    limit: int
    offset: int


class Posts:
    """All posts of both networks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_sequence(self) -> int:
        """Return the number of the next post; valid within the running transaction."""
        row = self._database.row("SELECT coalesce(max(sequence), 0) + 1 FROM posts")
        return int(row[0]) if row else 1

    def add(self, post: Post, *, sequence: int, fingerprint: bytes) -> None:
        """Store a post; it is durable when the surrounding transaction has committed."""
        self._database.write(
            f"INSERT INTO posts (sequence, fingerprint, {_COLUMNS})"  # noqa: S608
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sequence,
                fingerprint,
                post.post_id,
                post.network,
                post.member,
                post.raw,
                post.text,
                json.dumps(post.content),
                post.link,
                post.created_ms,
                post.deleted_ms,
            ),
        )

    def find(self, post_id: str) -> Post | None:
        """Return a post, deleted or not."""
        return self._first("post_id = ?", (post_id,))

    def find_live(self, network: str, post_id: str) -> Post | None:
        """Return a post of this network that is not deleted."""
        return self._first("post_id = ? AND network = ? AND deleted_ms IS NULL", (post_id, network))

    def duplicate(
        self, *, network: str, member: int, fingerprint: bytes, deleted_after_ms: int | None
    ) -> Post | None:
        """Return the member's post with this fingerprint that is live.

        With ``deleted_after_ms`` one that was deleted after that moment counts as well.
        """
        return self._first(
            "member = ? AND network = ? AND fingerprint = ?"
            " AND (deleted_ms IS NULL OR deleted_ms > coalesce(?, 9e18)) ORDER BY sequence DESC",
            (member, network, fingerprint, deleted_after_ms),
        )

    def delete(self, post_id: str, *, now_ms: int) -> None:
        """Mark a post as deleted."""
        self._database.write(
            "UPDATE posts SET deleted_ms = ? WHERE post_id = ? AND deleted_ms IS NULL",
            (now_ms, post_id),
        )

    def timeline(self, period: Period, *, network: str, member: int) -> list[Post]:
        """Return the member's live posts within a period, the newest first."""
        return self._many(
            "network = ? AND member = ? AND deleted_ms IS NULL"
            " AND created_ms >= ? AND created_ms < ?"
            " AND CAST(post_id AS INTEGER) > ? AND CAST(post_id AS INTEGER) < ?"
            " ORDER BY sequence DESC LIMIT ? OFFSET ?",
            (
                network,
                member,
                period.start_ms,
                period.end_ms,
                period.since_id,
                period.until_id,
                period.limit,
                period.offset,
            ),
        )

    def all(self, *, network: str | None, after: int, limit: int) -> list[tuple[int, Post]]:
        """Return posts with their sequence numbers, in order, deleted ones included."""
        rows = self._database.rows(
            f"SELECT sequence, {_COLUMNS} FROM posts"  # noqa: S608
            " WHERE sequence > ? AND network = coalesce(?, network) ORDER BY sequence LIMIT ?",
            (after, network, limit),
        )
        return [(row[0], _post(row[1:])) for row in rows]

    def _first(self, condition: str, values: Sequence[Any]) -> Post | None:
        row = self._database.row(f"SELECT {_COLUMNS} FROM posts WHERE {condition}", values)  # noqa: S608
        return None if row is None else _post(row)

    def _many(self, condition: str, values: Sequence[Any]) -> list[Post]:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM posts WHERE {condition}", values)  # noqa: S608
        return [_post(row) for row in rows]


def _post(row: Sequence[Any]) -> Post:
    post_id, network, member, raw, text, content, link, created_ms, deleted_ms = row
    return Post(
        post_id=post_id,
        network=network,
        member=member,
        raw=raw,
        text=text,
        content=json.loads(content),
        link=link,
        created_ms=created_ms,
        deleted_ms=deleted_ms,
    )
