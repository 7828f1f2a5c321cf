"""A request that a fault hit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults.rules import FaultRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """``honest`` is what the network answered when it carried the request out, else None, and
    ``post_id`` the post that came of it. ``now`` is the time on the sandbox clock.
    """

    rule: FaultRule
    network: str
    operation: str
    honest: Answer | None
    post_id: str | None
    now: datetime
