"""Whether a draft fits its network, without measuring what plainly does."""

from __future__ import annotations

import re

from services.domain.network_text import measure_text
from services.ports import PostRules

# A dot or slash between letters may be a link to X, whatever its length.
_MAYBE_LINK = re.compile(r"\w[./]\w")
_WIDE = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")


def fits(rules: PostRules, text: str, link: str) -> bool:
    """Whether the network accepts ``text``.

    Most drafts are far from X's limit: an upper bound settles those, the exact rules the others.
    """
    if rules.unit == "weights":
        rest = text.replace(link, "", 1)
        most = len(rest) + len(_WIDE.findall(rest)) + max(rules.link_length or 0, len(link))
        if most <= rules.limit and not _MAYBE_LINK.search(rest):
            return True
    return measure_text(rules, text).valid
