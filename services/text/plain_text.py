"""Text without anything that can act on a reader.

Emoji go too: how many a text may hold is the ambassador's choice. Invisible and direction-changing
characters go because they can make a text look different from what it says (Unicode Technical
Report 36, "Bidirectional Text Spoofing").
"""

from __future__ import annotations

import re
import unicodedata

from services.text.html_text import one_line
from services.text.network_text import EMOJI

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e01ef]"
)
#: In place of an emoji until the line is cleaned; invisible, so that it goes with the others.
_GONE = "\u0001"
_HOLE = re.compile(rf"[ \t]{{0,4}}{_GONE}[ \t{_GONE}]{{0,40}}(?=[.,;:?!…)])")


def phrase(text: str, limit: int = 300) -> str:
    """One clean line, for a title or a field of a profile; empty when nothing readable is left."""
    line = " ".join(visible(one_line(unicodedata.normalize("NFC", text))).split())
    return line if len(line) <= limit else ""


def visible(text: str) -> str:
    """Return ``text`` without emoji and invisible characters."""
    # What an emoji leaves before a mark is a hole: "the bridge ." of "the bridge 😀."
    return _INVISIBLE.sub("", _HOLE.sub("", EMOJI.sub(_GONE, text)))
