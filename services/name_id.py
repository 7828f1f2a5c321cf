"""Ids that follow from a name (UUIDv5), as text."""

from __future__ import annotations

import hashlib


def name_id(namespace: bytes, name: str) -> str:
    """The UUIDv5 of ``name`` (RFC 9562, section 5.5).

    `uuid.uuid5` makes an object of it first, which takes three times as long; there are several a
    post.
    """
    digest = bytearray(hashlib.sha1(namespace + name.encode(), usedforsecurity=False).digest())
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"
