"""How long a text is in a network's own unit, and whether the network would accept it.

Weights are those of twitter-text, configuration v3 (https://github.com/twitter/twitter-text,
``config/v3.json``). What a reader sees as one emoji (Unicode Technical Standard 51) is one pattern,
built from the grammar of emoji sequences and not from a list, so that next year's families and
flags are covered.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from services.ports import Network, PostRules, Preview
from services.text.links_in_text import link_spans

# Emoji=Yes without the digits, # and *, which are emoji only inside a keycap.
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf"
    "\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a"
    "\U0001f201\U0001f202\U0001f21a\U0001f22f\U0001f232-\U0001f23a\U0001f250\U0001f251"
    "\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb\U0001f7f0"
    "\U0001f900-\U0001faff"
)
# Emoji_Modifier_Base=Yes: only these take a skin tone.
_TONED = (
    "\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc"
    "\U0001f442\U0001f443\U0001f446-\U0001f450\U0001f466-\U0001f478\U0001f47c"
    "\U0001f481-\U0001f483\U0001f485-\U0001f487\U0001f48f\U0001f491\U0001f4aa\U0001f574\U0001f575"
    "\U0001f57a\U0001f590\U0001f595\U0001f596\U0001f645-\U0001f647\U0001f64b-\U0001f64f"
    "\U0001f6a3\U0001f6b4-\U0001f6b6\U0001f6c0\U0001f6cc\U0001f90c\U0001f90f"
    "\U0001f918-\U0001f91f\U0001f926\U0001f930-\U0001f939\U0001f93c-\U0001f93e\U0001f977"
    "\U0001f9b5\U0001f9b6\U0001f9b8\U0001f9b9\U0001f9bb\U0001f9cd-\U0001f9cf"
    "\U0001f9d1-\U0001f9dd\U0001fac3-\U0001fac5\U0001faf0-\U0001fafa"
)
_TONE = "[\U0001f3fb-\U0001f3ff]"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_REGION_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_ELEMENT = f"(?:{_REGION_FLAG}|[{_TONED}]{_TONE}|[{_EMOJI}]\ufe0f?)"

EMOJI = re.compile(f"{_KEYCAP}|{_FLAG}|{_ELEMENT}(?:\u200d{_ELEMENT})*")


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
