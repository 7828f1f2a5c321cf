"""The words in LinkedIn's analytics export; it is written in the language of the member's pages.

LinkedIn documents none of them. Sure, seen in members' own files: all of the English. In Dutch the
export of a *company's* page is known (sheets "Alle bijdragen" and "Nieuwe volgers"): its figures
are called weergaven, reacties, commentaren, reposts and totaal aantal volgers. Nobody showed us a
member's file in Dutch: "bereikte leden" is what the page beside it says, by the account of one
program that reads it, and what follows the first Dutch word in a line below is plausible and no
more. Whoever brings a file in words that are not here says themselves what they mean. The heading over the addresses needs no word: they are known by what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Our metric → LinkedIn's words for it, English first.
_WORDS = {
    "impressions": ("impressions", "weergaven", "vertoningen", "impressies"),
    "reach": ("members reached", "bereikte leden", "leden bereikt", "aantal bereikte leden"),
    "reactions": ("reactions", "reacties"),
    "comments": ("comments", "commentaren", "opmerkingen"),
    "reshares": ("reposts", "herpublicaties", "keer gerepost"),
}
#: What a member may say that a heading means.
METRICS = tuple(_WORDS)
_METRICS = {word: metric for metric, words in _WORDS.items() for word in words}

#: A date follows on the same line.
_FOLLOWERS = ("total followers", "totaal aantal volgers", "totaal volgers", "volgers in totaal")


def metric_of(words: str, told: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """Our metric for a heading or label; None for any other words.

    ``told`` are more words with their metrics, as the member chose them.
    """
    return _METRICS.get(_plain(words)) or told.get(words)


def is_followers(words: str) -> bool:
    """Whether a label stands before the number of all followers."""
    return _plain(words).startswith(_FOLLOWERS)


def _plain(words: str) -> str:
    """Without case, blanks to spare, and the colon behind a label."""
    return " ".join(words.casefold().removesuffix(":").split())
