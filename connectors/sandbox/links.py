"""Addresses that a reader of a post can follow."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_TRAILING = ".,;:!?)]}’”"


def first_link(text: str) -> str | None:
    """Return the first web address in a text, without the punctuation behind it."""
    found = _ADDRESS.search(text)
    return found[0].rstrip(_TRAILING) if found else None
