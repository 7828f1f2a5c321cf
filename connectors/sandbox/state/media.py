"""Uploaded images."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from connectors.sandbox.state.database import Database

Status = Literal["WAITING_UPLOAD", "PROCESSING", "AVAILABLE", "PROCESSING_FAILED"]
_COLUMNS = (
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
        row = self._database.row(f"SELECT {_COLUMNS} FROM media WHERE {condition}", values)  # noqa: S608
        if row is None:
            return None
        names = [
            name.strip()
            for name in _COLUMNS.replace("status", "stored_status")
            .replace("bytes", "data")
            .split(",")
        ]
        return Medium(**dict(zip(names, row, strict=True)))
