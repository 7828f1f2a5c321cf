"""What the networks that we ship take as a post, and whether one is called now: its circuit breaker, how
often it lets us call, and other limits; and when a person is warned that a connection or a standing
consent of theirs is about to end.

Sources of what they take, any other network's connector says it for its own: LinkedIn, at most 3000
characters, before escaping, and MultiImage's 2 to 20 images; X, twitter-text's configuration v3
(https://github.com/twitter/twitter-text, ``config/v3.json``) and https://docs.x.com/x-api/media;
Mastodon, ``status_length_validator.rb`` of https://github.com/mastodon/mastodon.

A network that is away is not called by everyone at once. Closed, its circuit lets everything
through. After some failures in a row it opens: nothing is sent. When the pause is over one call
probes (half-open): an answer closes it, another failure opens it for longer.

Limits are there so that we stop before a network has to refuse. Sources: X,
https://docs.x.com/x-api/fundamentals/rate-limits (POST /2/tweets); LinkedIn shows its daily limits
in the developer portal only, the figures here are those reported for "Share on LinkedIn"; Mastodon,
``app/lib/rate_limiter.rb``, which a server's owner may change. A network without an entry has no
limit that we know of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from services.errors import Rejected
from services.message import NOTHING, Message, NetworkName, message
from services.ports import PostRules

LINKEDIN = PostRules(limit=3000, images=20)
X = PostRules(limit=280, unit="weights", link_length=23, hashtags=2, brief=True, images=4)
MASTODON = PostRules(limit=500, link_length=23, images=4)

OURS: Mapping[str, PostRules] = MappingProxyType(
    {"linkedin": LINKEDIN, "x": X, "mastodon": MASTODON}
)

#: Of a network that was switched off: what was written for it can be read, and goes nowhere.
GONE = PostRules(limit=3000)


def rules_of(network: str, known: Mapping[str, PostRules]) -> PostRules:
    """Raises Rejected for a network that ``known`` does not hold: it is switched off, or its connector
    was taken away."""
    try:
        return known[network]
    except KeyError as error:
        raise Rejected(
            message("network.off", "{network} is switched off here", network=NetworkName(network)),
            remedy=message("do.share-yourself", "Share the text yourself, or decline the draft."),
        ) from error


State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitRules:
    """Opens after ``failures`` in a row, for ``pause``, doubling up to ``longest``."""

    failures: int = 5
    pause: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """``failures`` in a row so far; ``open_until`` None: closed. ``reason`` is the last failure.

    While a call probes, ``open_until`` is when that probe counts as lost.
    """

    network: str
    failures: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    probe: bool = False
    reason: Message = NOTHING

    def state(self, now: datetime) -> State:
        if self.open_until is None:
            return "closed"
        return "open" if now < self.open_until else "half-open"

    def probing(self, *, until: datetime) -> Circuit:
        """Half-open, with one call under way that will tell by ``until``."""
        return replace(self, open_until=until, probe=True)

    def failed(self, now: datetime, reason: Message, rules: CircuitRules) -> Circuit:
        """No usable answer. A call begun before it opened does not lengthen the pause."""
        if self.state(now) == "open" and not self.probe:
            return self
        failures = self.failures + 1
        if failures < rules.failures:
            return replace(self, failures=failures, reason=reason)
        pause = min(rules.pause * 2.0 ** min(failures - rules.failures, 30), rules.longest)
        return replace(
            self,
            failures=failures,
            reason=reason,
            opened_at=self.opened_at or now,
            open_until=now + pause,
            probe=False,
        )

    def answered(self) -> Circuit:
        """The network answered, be it with a refusal: it is there."""
        return Circuit(network=self.network)


class Counted(StrEnum):
    """Whose calls a limit counts."""

    MEMBER = "member"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``calls`` in any ``window``.

    Calls are counted in buckets of ``bucket``. With a bucket as long as the window it begins anew
    with each (LinkedIn: at 00:00 UTC); with a shorter one the window slides, and as the start
    of the network's own window is unknown, no window of that length holds more.
    """

    calls: int
    window: timedelta
    bucket: timedelta

    def bucket_of(self, now: datetime) -> datetime:
        """When the bucket that ``now`` falls into began."""
        return _EPOCH + (now - _EPOCH) // self.bucket * self.bucket

    def counted_since(self, now: datetime) -> datetime:
        """The first bucket whose calls still count at ``now``."""
        current = self.bucket_of(now)
        return current if self.bucket == self.window else current - self.window

    def buckets(self, now: datetime) -> list[datetime]:
        """When those buckets began whose calls count at ``now``, the current one last."""
        since = self.counted_since(now)
        number = (self.bucket_of(now) - since) // self.bucket
        return [since + each * self.bucket for each in range(number + 1)]

    def free_at(self, used: Mapping[datetime, int], now: datetime) -> datetime:
        """When the next call may be made: ``now``, or the end of enough buckets.

        ``used`` are the calls in each bucket, by when it began.
        """
        too_many = self._used(used, now) - self.calls + 1
        moment = now
        for began in sorted(each for each in used if each >= self.counted_since(now)):
            if too_many <= 0:
                break
            too_many -= used[began]
            moment = began + self.window
            if self.bucket != self.window:
                moment += self.bucket
        return moment

    def left(self, used: Mapping[datetime, int], now: datetime) -> int:
        """Calls that may still be made now."""
        return max(self.calls - self._used(used, now), 0)

    def _used(self, used: Mapping[datetime, int], now: datetime) -> int:
        since = self.counted_since(now)
        return sum(calls for began, calls in used.items() if began >= since)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit(Limit):
    """A network's."""

    counted: Counted


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

#: Limits on creating posts.
CREATE_LIMITS: Mapping[str, tuple[RateLimit, ...]] = {
    "linkedin": (
        RateLimit(counted=Counted.MEMBER, calls=150, window=_DAY, bucket=_DAY),
        RateLimit(counted=Counted.APP, calls=100_000, window=_DAY, bucket=_DAY),
    ),
    "x": (
        RateLimit(counted=Counted.MEMBER, calls=100, window=15 * _MINUTE, bucket=_MINUTE),
        RateLimit(counted=Counted.APP, calls=10_000, window=_DAY, bucket=_HOUR),
    ),
    # Its windows begin at multiples of three hours since 1970, as buckets do.
    "mastodon": (RateLimit(counted=Counted.MEMBER, calls=300, window=3 * _HOUR, bucket=3 * _HOUR),),
}


#: Days before the end; a warning is given once for each.
WARN_AT_DAYS = (14, 7, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A connection that cannot be renewed or, without a ``network``, a standing consent; and the person
    to warn.

    ``warned_days`` is the last threshold (days before the end) of a warning.
    """

    ambassador_id: str
    network: str = ""
    expires_at: datetime
    warned_days: int | None
    email: str
    name: str
    language: str


def due_warning(expires_at: datetime, *, now: datetime, warned_days: int | None) -> int | None:
    """The threshold to warn for now, or None. ``warned_days`` is the last one that was given.

    A threshold that passed unseen is not made up for: the nearest one counts. What has ended is
    past warning.
    """
    left = expires_at - now
    if left <= timedelta(0):
        return None
    reached = [days for days in WARN_AT_DAYS if left <= timedelta(days=days)]
    if not reached or (warned_days is not None and warned_days <= min(reached)):
        return None
    return min(reached)


def ends_soon(expires_at: datetime | None, *, renewable: bool, now: datetime) -> bool:
    """Whether pages say that this connection ends, or has ended."""
    if expires_at is None or renewable:
        return False
    return expires_at - now <= timedelta(days=max(WARN_AT_DAYS))
