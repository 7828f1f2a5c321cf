"""An estimate of reach: followers times a rate that the organisation chose, and nothing cleverer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.message import Message, message


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerCount:
    """The number of followers of a member on a network; ``source`` is its origin."""

    followers: int
    source: str
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """``formula`` holds everything that ``value`` was computed from."""

    value: int
    formula: Message


def estimate_reach(count: FollowerCount, rate: float) -> Estimate:
    """``rate`` is the share of the followers that a post is thought to reach, 0 to 1."""
    return Estimate(
        value=round(count.followers * rate),
        formula=message(
            "figure.estimate",
            "{followers} followers, told by the member on {day}, × {rate}",
            followers=count.followers,
            day=count.counted_at.date(),
            rate=rate,
        ),
    )
