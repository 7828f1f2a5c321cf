"""The record batch: what one commit appended to one partition, as one blob.

A batch is stored as one row, so that a commit is one SQL statement however many records it
carries. That matters twice: SQLite writes fewer pages, and CPython's ``sqlite3`` gives up the
interpreter lock at every step of a statement, each of which may cost a busy process 5 ms.

Layout, little endian: a CRC-32 of the rest, then the records one after another::

    int64 timestamp (ms) │ int32 length of key │ int32 of value │ int32 of headers │ the bytes

A length of -1 is an absent key or value. Headers are a sequence of the same shape, name and value.
The checksum is there because a flipped bit in a length would lose all records after it, unseen:
SQLite checks its pages, not what is in them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

Header = tuple[str, bytes]

_CHECKSUM = struct.Struct("<I")
_RECORD = struct.Struct("<qiii")
_HEADER = struct.Struct("<ii")

#: What a record costs on disk besides its key, value and headers, and what its batch costs.
OVERHEAD, CHECKSUM_BYTES = _RECORD.size, _CHECKSUM.size


class StoredRecord(NamedTuple):
    """A record as the log holds it. A named tuple because millions of them are made.

    ``timestamp`` is in milliseconds since the epoch, as in Apache Kafka.
    """

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()


def encode(records: Iterable[StoredRecord]) -> bytes:
    """Offsets are not written: a batch's first offset is its row's key, the rest follow on."""
    parts: list[bytes] = []
    add = parts.append
    pack = _RECORD.pack
    for _, timestamp, key, value, headers in records:
        head = _encode_headers(headers) if headers else b""
        add(
            pack(
                timestamp,
                -1 if key is None else len(key),
                -1 if value is None else len(value),
                len(head),
            )
        )
        if key:
            add(key)
        if value:
            add(value)
        if head:
            add(head)
    body = b"".join(parts)
    return _CHECKSUM.pack(crc32(body)) + body


def decode(base_offset: int, payload: bytes) -> list[StoredRecord]:
    """The records of a batch whose first record has the offset ``base_offset``.

    Raises ValueError when the bytes are not those that were written.
    """
    position, offset, end = CHECKSUM_BYTES, base_offset, len(payload)
    if end < position or _CHECKSUM.unpack_from(payload)[0] != crc32(payload[position:]):
        raise ValueError(f"the checksum of the batch at offset {base_offset} does not match")
    records: list[StoredRecord] = []
    while position < end:
        timestamp, key_size, value_size, head_size = _RECORD.unpack_from(payload, position)
        position += OVERHEAD
        key = value = None
        if key_size >= 0:
            key = payload[position : position + key_size]
            position += key_size
        if value_size >= 0:
            value = payload[position : position + value_size]
            position += value_size
        headers: tuple[Header, ...] = ()
        if head_size:
            headers = _decode_headers(payload[position : position + head_size])
            position += head_size
        records.append(StoredRecord(offset, timestamp, key, value, headers))
        offset += 1
    return records


def size_of(key: bytes | None, value: bytes | None, headers: Sequence[Header] = ()) -> int:
    """Bytes that a record takes in a batch."""
    return (
        OVERHEAD
        + len(key or b"")
        + len(value or b"")
        + (len(_encode_headers(headers)) if headers else 0)
    )


def _encode_headers(headers: Sequence[Header]) -> bytes:
    parts: list[bytes] = []
    for name, value in headers:
        raw = name.encode()
        parts += (_HEADER.pack(len(raw), len(value)), raw, value)
    return b"".join(parts)


def _decode_headers(raw: bytes) -> tuple[Header, ...]:
    headers: list[Header] = []
    position = 0
    while position < len(raw):
        name_size, value_size = _HEADER.unpack_from(raw, position)
        position += _HEADER.size
        name = raw[position : position + name_size].decode()
        position += name_size
        headers.append((name, raw[position : position + value_size]))
        position += value_size
    return tuple(headers)
