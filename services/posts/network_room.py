"""How much each network takes now: less than any number where it is away or near its limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.accounts.rules import Circuit, CircuitRules, Counted, RateLimit
from services.accounts.store import network_calls
from services.database.record import Act, record_all
from services.database.transaction import Transaction
from services.message import Message
from services.posts.store.publishing import Claim, Due

Limits = Mapping[str, Sequence[RateLimit]]

#: More than all workers together take at a time.
_AMPLE = 1_000


async def measure_room(
    transaction: Transaction, limits: Limits, *, now: datetime
) -> dict[str, int]:
    """Posts that each network takes now; a network that is not in it takes any number.

    Nothing while its circuit is open, one while a probe is due, and what is left of the app's
    limit.
    """
    room: dict[str, int] = {}
    for network, own in limits.items():
        for limit in own:
            if limit.counted is Counted.APP:
                since = limit.counted_since(now)
                used = await network_calls.used(
                    transaction, network, [network_calls.APP], since=since
                )
                left = limit.left(used.get(network_calls.APP, {}), now)
                if left < _AMPLE:
                    room[network] = left
    for circuit in await network_calls.all_circuits(transaction):
        match circuit.state(now):
            case "open":
                room[circuit.network] = 0
            case "half-open":
                room[circuit.network] = min(room.get(circuit.network, 1), 1)
    return room


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """Posts of members whose limit is reached until ``until``."""

    network: str
    until: datetime
    post_ids: tuple[str, ...]


async def members_at_limit(
    transaction: Transaction, candidates: Sequence[Due], limits: Limits, *, now: datetime
) -> list[Full]:
    """Which of these posts would go over their member's limit."""
    full: list[Full] = []
    for network in sorted({each.network for each in candidates}):
        own = [each for each in candidates if each.network == network]
        for limit in limits.get(network, ()):
            if limit.counted is not Counted.MEMBER:
                continue
            members = sorted({each.ambassador_id for each in own})
            since = limit.counted_since(now)
            used = await network_calls.used(transaction, network, members, since=since)
            for member, calls in used.items():
                until = limit.free_at(calls, now)
                if until > now:
                    ids = tuple(each.post_id for each in own if each.ambassador_id == member)
                    full.append(Full(network=network, until=until, post_ids=ids))
    return full


async def count_calls(
    transaction: Transaction, claims: Sequence[Claim], limits: Limits, *, now: datetime
) -> None:
    """Count a call for each of these claims against every limit of its network."""
    calls: Counter[tuple[str, str, datetime]] = Counter()
    for claim in claims:
        for limit in limits.get(claim.network, ()):
            member = claim.ambassador_id if limit.counted is Counted.MEMBER else network_calls.APP
            calls[claim.network, member, limit.bucket_of(now)] += 1
    await network_calls.count(transaction, calls)


async def reserve_probes(
    transaction: Transaction, claims: Sequence[Claim], *, now: datetime, lease: timedelta
) -> None:
    """Where a circuit is half-open, the claim just made is its probe: no other goes with it."""
    for circuit in await network_calls.all_circuits(transaction):
        if circuit.state(now) == "half-open" and any(
            claim.network == circuit.network for claim in claims
        ):
            await network_calls.save_circuit(transaction, circuit.probing(until=now + lease))


async def update_circuits(
    transaction: Transaction,
    outages: Sequence[tuple[str, Message]],
    rules: CircuitRules,
    *,
    now: datetime,
) -> list[Circuit]:
    """Update the circuits after calls: pairs of network and outage, empty when it answered.

    Returns those that opened or closed; both are noted in the audit.
    """
    changed: list[Circuit] = []
    held = await network_calls.hold_circuits(transaction, {network for network, _ in outages})
    after = dict(held)
    for network, outage in outages:
        circuit = after[network]
        after[network] = circuit.failed(now, outage, rules) if outage else circuit.answered()
    for network, circuit in after.items():
        before = held[network]
        if circuit == before:
            continue
        await network_calls.save_circuit(transaction, circuit)
        if (circuit.opened_at is None) != (before.opened_at is None):
            changed.append(circuit)
    acts = [
        Act(
            "network.back" if circuit.opened_at is None else "network.away",
            circuit.network,
            detail={"reason": str(circuit.reason)},
        )
        for circuit in changed
    ]
    await record_all(transaction, acts, actor="publisher", now=now)
    return changed
