"""How long to wait after a try that ended with "later"."""

from __future__ import annotations

from datetime import timedelta

from services.chance import fraction

_LONGEST = timedelta(minutes=15)
_LONGEST_EXTRA = timedelta(minutes=5)


def backoff(
    post_id: str, attempt: int, *, tries: int, base: timedelta, asked: float | None = None
) -> timedelta:
    """A doubling pause, between half and the whole of ``base * 2**tries``, at most 15 minutes.

    When the network asked for ``asked`` seconds, those and up to a tenth more (at most 5 minutes).
    Where between follows from the post and the attempt, so that posts which failed together do
    not come back together, and every process computes the same.
    """
    chance = fraction("backoff", post_id, attempt)
    if asked is not None:
        patience = timedelta(seconds=asked)
        return patience + min(patience / 10, _LONGEST_EXTRA) * chance
    whole = min(base * 2.0 ** min(tries, 30), _LONGEST)
    return whole / 2 * (1 + chance)
