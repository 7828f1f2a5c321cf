"""How X gives a post back: addresses wrapped by t.co, three characters as HTML entities.

Source: https://docs.x.com/x-api/fundamentals/data-dictionary (text, entities.urls). A client that
looks for its own post has to compare ``entities.urls[].expanded_url``, not the bare text.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from connectors.sandbox.x.weighted_length import Address, addresses

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def stored_text(text: str) -> str:
    """Return the ``text`` field of a post."""
    return _render(text)[0]


def url_entities(text: str) -> list[dict[str, Any]]:
    """Return ``entities.urls`` of a post; positions count characters of `stored_text`."""
    return _render(text)[1]


def _render(text: str) -> tuple[str, list[dict[str, Any]]]:
    parts: list[str] = []
    entities: list[dict[str, Any]] = []
    length, at = 0, 0
    for address in addresses(text):
        before = text[at : address.start].translate(_ENTITIES)
        short = _short(address)
        parts += [before, short]
        start = length + len(before)
        length = start + len(short)
        at = address.end
        entities.append(
            {
                "start": start,
                "end": length,
                "url": short,
                "expanded_url": address.target,
                "display_url": address.target.partition("://")[2][:30],
            }
        )
    parts.append(text[at:].translate(_ENTITIES))
    return "".join(parts), entities


def _short(address: Address) -> str:
    digest = hashlib.sha256(address.target.encode()).digest()
    return f"https://t.co/{base64.b32encode(digest)[:10].decode()}"
