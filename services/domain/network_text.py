"""How long a text is in a network's own unit, and whether the network would accept it.

LinkedIn counts characters (at most 3000, before escaping). X counts weights: twitter-text,
configuration v3 (https://github.com/twitter/twitter-text, ``config/v3.json``). Mastodon counts
characters and takes any link for 23 (``status_length_validator.rb`` of
https://github.com/mastodon/mastodon).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from services.domain.emoji_sequences import EMOJI
from services.domain.links_in_text import link_spans
from services.errors import Rejected

LINKEDIN_LIMIT = 3000
X_LIMIT = 280
X_LINK_LENGTH = 23
MASTODON_LIMIT = 500
MASTODON_LINK_LENGTH = 23

# Everything outside these ranges weighs two.
_DOUBLE = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
# NUL, byte-order marks, non-characters, and halves of surrogate pairs, which have no UTF-8 form.
_REFUSED = re.compile("[\x00\ufffe\ufeff\uffff\ud800-\udfff]")
# Every emoji sequence holds one of these; most texts hold none, and looking is cheap.
_EMOJI_AHEAD = re.compile("[\u00a9\u00ae\u203c-\U0010ffff]")
_ONE_EMOJI = "\u2600"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMeasure:
    """``length`` and ``limit`` in the network's unit; ``valid`` when it would be accepted."""

    length: int
    limit: int
    valid: bool


def measure_text(network: str, text: str) -> TextMeasure:
    """Measure a plain text for a network. Raises Rejected for a network without known rules."""
    if network == "linkedin":
        length, limit = len(text), LINKEDIN_LIMIT
    elif network == "x":
        length, limit = weighted_length(text), X_LIMIT
    elif network == "mastodon":
        length, limit = _mastodon_length(text), MASTODON_LIMIT
    else:
        raise Rejected(
            f"The length of a text for {network!r} is not known.",
            remedy="Name one of: linkedin, x, mastodon.",
        )
    valid = 0 < length <= limit and bool(text.strip()) and not _REFUSED.search(text)
    return TextMeasure(length=length, limit=limit, valid=valid)


def weighted_length(text: str) -> int:
    """The length of a text on X: links 23, an emoji sequence 2, other characters 1 or 2."""
    text = unicodedata.normalize("NFC", text)
    spans = link_spans(text)
    if spans:
        text = _without(text, spans)
    links = X_LINK_LENGTH * len(spans)
    if text.isascii():
        return len(text) + links
    if _EMOJI_AHEAD.search(text):
        text = EMOJI.sub(_ONE_EMOJI, text)
    return len(text) + len(_DOUBLE.findall(text)) + links


def _mastodon_length(text: str) -> int:
    """Links with a scheme are 23. Mastodon counts a cluster of marks as one character and a remote
    mention without its server: counting those in full promises nothing that is refused.
    """
    spans = [
        (start, end)
        for start, end in link_spans(text)
        if text[start:end].lower().startswith(("http://", "https://"))
    ]
    return len(_without(text, spans)) + MASTODON_LINK_LENGTH * len(spans)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts, position = [], 0
    for start, end in spans:
        parts.append(text[position:start])
        position = end
    parts.append(text[position:])
    # A separator would be counted; nothing joins across a link, because links end at a boundary.
    return "".join(parts)
