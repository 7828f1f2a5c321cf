"""Whether a draft fits its network, without measuring what plainly does."""

from __future__ import annotations

import re
from unicodedata import is_normalized

from services.ports import PostRules
from services.text.network_text import DOUBLE, EMOJI_AHEAD, measure_text

# A dot or slash between letters may be a link to X, whatever its length.
_MAYBE_LINK = re.compile(r"\w[./]\w")


def fits(rules: PostRules, text: str, link: str) -> bool:
    """Whether the network accepts ``text``.

    Most drafts are plainly short or long enough for X: bounds settle those, the exact rules the
    others.
    """
    if rules.unit == "weights":
        rest = text.replace(link, "", 1)
        if not _MAYBE_LINK.search(rest):
            length = len(rest) + len(DOUBLE.findall(rest))
            bounds = sorted((rules.link_length or 0, len(link)))
            if length + bounds[1] <= rules.limit:
                return True
            too_long = length + bounds[0] > rules.limit
            if too_long and is_normalized("NFC", rest) and not EMOJI_AHEAD.search(rest):
                return False
    return measure_text(rules, text).valid
