"""Posts and their images; posts are kept after their deletion.

A deleted text may still count as a duplicate.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from connectors.sandbox.state.database import Database

_SEQUENCE_BITS = 22
#: X counts from 4 November 2010, LinkedIn from 1970.
X_EPOCH_MS = 1_288_834_974_657


def snowflake(*, moment_ms: int, sequence: int, epoch_ms: int = 0) -> str:
    """Return a decimal identifier that sorts by time."""
    elapsed = max(moment_ms - epoch_ms, 0)
    return str(elapsed << _SEQUENCE_BITS | sequence % (1 << _SEQUENCE_BITS))


_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_TRAILING = ".,;:!?)]}’”"


def first_link(text: str) -> str | None:
    """Return the first web address in a text, without the punctuation behind it."""
    found = _ADDRESS.search(text)
    return found[0].rstrip(_TRAILING) if found else None


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


_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageKind:
    """MIME type, and width and height in pixels."""

    mime: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """Return the number of pixels."""
        return self.width * self.height


def recognise(data: bytes) -> ImageKind | None:
    """Return what a JPEG, PNG or GIF is, or None for anything else."""
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return ImageKind(mime="image/png", width=width, height=height)
    if data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return ImageKind(mime="image/gif", width=width, height=height)
    return _jpeg(data) if data.startswith(b"\xff\xd8") else None


def _jpeg(data: bytes) -> ImageKind | None:
    # ITU T.81, annex B: segments follow each other until a frame header gives the size.
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return ImageKind(mime="image/jpeg", width=width, height=height)
        at += 2 + length
    return None


Status = Literal["WAITING_UPLOAD", "PROCESSING", "AVAILABLE", "PROCESSING_FAILED"]
_MEDIA_COLUMNS = (
    "media_id, network, member, status, alt_text, mime, width, height, bytes, digest,"
    " available_ms, expires_ms"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One image. Moments are milliseconds since 1970; ``data`` is None before the upload."""

    media_id: str
    network: str
    member: int
    stored_status: Status
    alt_text: str
    mime: str | None
    width: int | None
    height: int | None
    data: bytes | None
    digest: bytes | None
    available_ms: int | None
    expires_ms: int

    def status(self, *, now_ms: int) -> Status:
        """Return where the image is: processing ends by the clock, without anybody's help."""
        done = self.available_ms is not None and now_ms >= self.available_ms
        return "AVAILABLE" if self.stored_status == "PROCESSING" and done else self.stored_status


class Media:
    """Images by id, and by the ticket in an upload address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_sequence(self) -> int:
        """Return the number of the next image; valid within the running transaction."""
        row = self._database.row("SELECT count(*) + 1 FROM media")
        return int(row[0]) if row else 1

    def announce(
        self, *, media_id: str, network: str, member: int, ticket: str | None, expires_ms: int
    ) -> None:
        """Make room for an image that is going to be uploaded before ``expires_ms``."""
        self._database.write(
            "INSERT INTO media (media_id, network, member, ticket, status, expires_ms)"
            " VALUES (?, ?, ?, ?, 'WAITING_UPLOAD', ?)",
            (media_id, network, member, ticket, expires_ms),
        )

    def store(
        self, media_id: str, *, data: bytes, mime: str, width: int, height: int, available_ms: int
    ) -> None:
        """Keep the bytes of an image; it can be used from ``available_ms`` on."""
        self._database.write(
            "UPDATE media SET status = 'PROCESSING', bytes = ?, digest = ?, mime = ?, width = ?,"
            " height = ?, available_ms = ? WHERE media_id = ?",
            (data, hashlib.sha256(data).digest(), mime, width, height, available_ms, media_id),
        )

    def fail(self, media_id: str) -> None:
        """Mark an upload that is no usable image."""
        self._database.write(
            "UPDATE media SET status = 'PROCESSING_FAILED' WHERE media_id = ?", (media_id,)
        )

    def describe(self, media_id: str, alt_text: str) -> None:
        """Set the text for people who do not see the image."""
        self._database.write(
            "UPDATE media SET alt_text = ? WHERE media_id = ?", (alt_text, media_id)
        )

    def find(self, network: str, media_id: str) -> Medium | None:
        """Return an image by its id."""
        return self._one("media_id = ? AND network = ?", (media_id, network))

    def by_ticket(self, ticket: str) -> Medium | None:
        """Return the image that an upload address was made for."""
        return self._one("ticket = ?", (ticket,))

    def _one(self, condition: str, values: Sequence[Any]) -> Medium | None:
        row = self._database.row(f"SELECT {_MEDIA_COLUMNS} FROM media WHERE {condition}", values)  # noqa: S608
        if row is None:
            return None
        names = [
            name.strip()
            for name in _MEDIA_COLUMNS.replace("status", "stored_status")
            .replace("bytes", "data")
            .split(",")
        ]
        return Medium(**dict(zip(names, row, strict=True)))
