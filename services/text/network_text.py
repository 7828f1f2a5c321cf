"""How long a text is in a network's own unit, and whether the network would accept it.

Weights are those of twitter-text, configuration v3 (https://github.com/twitter/twitter-text,
``config/v3.json``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from services.ports import Network, PostRules, Preview
from services.text.emoji_sequences import EMOJI
from services.text.links_in_text import link_spans

#: Everything outside these ranges weighs two.
DOUBLE = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
# NUL, byte-order marks, non-characters, and halves of surrogate pairs, which have no UTF-8 form.
_REFUSED = re.compile("[\x00\ufffe\ufeff\uffff\ud800-\udfff]")
#: Every emoji sequence holds one of these; most texts hold none, and looking is cheap.
EMOJI_AHEAD = re.compile("[\u00a9\u00ae\u203c-\U0010ffff]")
_ONE_EMOJI = "\u2600"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMeasure:
    """``length`` and ``limit`` in the network's unit; ``valid`` when it would be accepted."""

    length: int
    limit: int
    valid: bool


def measure_text(rules: PostRules, text: str) -> TextMeasure:
    """Measure a plain text by a network's rules."""
    if rules.unit == "weights":
        length = weighted_length(text, rules.link_length)
    else:
        length = _character_length(text, rules.link_length)
    valid = 0 < length <= rules.limit and bool(text.strip()) and not _REFUSED.search(text)
    return TextMeasure(length=length, limit=rules.limit, valid=valid)


def weighted_length(text: str, link_length: int | None) -> int:
    """Links as given, an emoji sequence 2, other characters 1 or 2."""
    text = unicodedata.normalize("NFC", text)
    links = 0
    if link_length is not None and (spans := link_spans(text)):
        text = _without(text, spans)
        links = link_length * len(spans)
    if text.isascii():
        return len(text) + links
    if EMOJI_AHEAD.search(text):
        text = EMOJI.sub(_ONE_EMOJI, text)
    return len(text) + len(DOUBLE.findall(text)) + links


def _character_length(text: str, link_length: int | None) -> int:
    """A network that counts a cluster of marks as one character, or a mention without its server,
    counts less: counting those in full promises nothing that is refused.
    """
    if link_length is None:
        return len(text)
    spans = [
        (start, end)
        for start, end in link_spans(text)
        if text[start:end].lower().startswith(("http://", "https://"))
    ]
    return len(_without(text, spans)) + link_length * len(spans)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts, position = [], 0
    for start, end in spans:
        parts.append(text[position:start])
        position = end
    parts.append(text[position:])
    # A separator would be counted; nothing joins across a link, because links end at a boundary.
    return "".join(parts)


def preview_text(network: Network, text: str, *, payload: str) -> Preview:
    """``text`` is what the member approved and what is measured, ``payload`` the text as sent."""
    measure = measure_text(network.rules, text)
    return Preview(
        network=network.name,
        length=measure.length,
        limit=measure.limit,
        valid=measure.valid,
        payload=payload,
    )
