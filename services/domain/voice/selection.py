"""Which combination a rank gets: choices that two ranks share as little as possible.

A rank is written as a polynomial over the integers modulo a prime ``q``, and each place in the
text reads it at a point of its own. Two polynomials of degree one meet in at most one point, so two
of the first ``q²`` ranks have at most one choice in common, and two of the first ``q`` have none: a
Reed–Solomon code (Reed and Solomon, "Polynomial codes over certain finite fields", 1960). Nobody
has to know what another rank got.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from struct import unpack
from typing import TypeVar

T = TypeVar("T")

#: Far enough apart that one person's texts take other turns.
_STREAMS = {"linkedin": 0, "x": 1, "mastodon": 34}


def choice(prime: int, point: int, rank: int, stream: int, lap: int = 0) -> int:
    """The choice of ``rank`` at ``point``, below ``prime``.

    ``stream`` keeps apart what must differ for the same rank: networks and suggestions. Within a
    stream the pair of choices at two points is used once by every ``q²`` ranks. ``lap`` counts how
    often a rank below ``q²`` came before: in ``q`` laps it never has the same choice at one point.
    """
    low = rank % prime
    middle = rank // prime % prime
    high = rank // (prime * prime) + lap
    return (low + middle * point + stream * point * point + high * point**3) % prime


def stream_of(network: str) -> int:
    """Where a network's choices begin; the same on any machine, whatever else is installed there."""
    if network in _STREAMS:
        return _STREAMS[network]
    return int.from_bytes(hashlib.blake2b(network.encode(), digest_size=2).digest(), "big")


def taking_turns(sizes: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """One lap, as (number of the pool, turn): pools take turns until each had as many as its size."""
    return tuple(
        (pool, turn)
        for turn in range(max(sizes, default=0))
        for pool, size in enumerate(sizes)
        if turn < size
    )


def largest_prime(limit: int) -> int:
    """The largest prime not above ``limit`` (at least 2)."""
    for number in range(limit, 2, -1):
        if all(number % divisor for divisor in range(2, int(number**0.5) + 1)):
            return number
    return 2


def shuffled(items: Sequence[T], *key: object) -> tuple[T, ...]:
    """``items`` in an order fixed by ``key`` alone, on any machine and Python version."""
    result = list(items)
    numbers = _numbers("\x1f".join(map(str, key)))
    for last in range(len(result) - 1, 0, -1):
        other = next(numbers) % (last + 1)
        result[last], result[other] = result[other], result[last]
    return tuple(result)


def _numbers(key: str) -> Iterator[int]:
    # Python's own generators may change between versions; a hash function may not.
    block = 0
    while True:
        digest = hashlib.blake2b(f"{block}\x1f{key}".encode(), digest_size=64).digest()
        yield from unpack(">16I", digest)
        block += 1
