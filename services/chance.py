"""Chance that follows from words: the same words give the same number, in every process."""

from __future__ import annotations

import hashlib


def fraction(*words: object) -> float:
    """A number in [0, 1), evenly spread over different ``words``."""
    digest = hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53
