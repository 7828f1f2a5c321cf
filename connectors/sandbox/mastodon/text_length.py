"""How Mastodon counts a status: an address is 23 characters, a remote mention its local part.

Source: app/validators/status_length_validator.rb of https://github.com/mastodon/mastodon
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 500
_PLACEHOLDER = "x" * 23
_ADDRESS = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>\"']*)?")
_MENTION = re.compile(r"(?<![\w/])@(\w+)@[\w.-]+\w")
_JOINER = "\u200d"


def countable_length(text: str) -> int:
    """Return the number of user-perceived characters, roughly as Ruby's grapheme clusters."""
    text = _ADDRESS.sub(_PLACEHOLDER, text)
    text = _MENTION.sub(r"@\1", text)
    length, joined = 0, False
    for character in text:
        extends = unicodedata.category(character) in {"Mn", "Me"} or character == _JOINER
        if not extends and not joined:
            length += 1
        joined = character == _JOINER
    return length
