"""Text of others on a terminal: it may not steer it."""

from __future__ import annotations

import unicodedata

# Control characters move the cursor and recolour; those of direction reorder what stands beside.
_STEERING = ("Cc", "Cf", "Cs")


def visible(text: str) -> str:
    """``text`` with what a terminal would obey written as an escape; line ends and tabs stay.

    The joiner of emoji stays too: it steers nothing.
    """
    return "".join(
        c if c in "\n\t\u200d" or unicodedata.category(c) not in _STEERING else _escaped(c)
        for c in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()
