"""Identifiers as both networks make them: the moment in the high bits, a sequence in the low."""

from __future__ import annotations

_SEQUENCE_BITS = 22
#: X counts from 4 November 2010, LinkedIn from 1970.
X_EPOCH_MS = 1_288_834_974_657


def snowflake(*, moment_ms: int, sequence: int, epoch_ms: int = 0) -> str:
    """Return a decimal identifier that sorts by time."""
    elapsed = max(moment_ms - epoch_ms, 0)
    return str(elapsed << _SEQUENCE_BITS | sequence % (1 << _SEQUENCE_BITS))
