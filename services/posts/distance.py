"""The distance between colleagues, kept when posts go out and not only when they were planned.

After an outage everything that waited is due at once. Then one post of a campaign goes out on each
network, and the others get a place after it, each at its distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.database.engine import has_turn
from services.database.transaction import Transaction
from services.posts.store import posts
from services.posts.store.publishing import Due
from services.scheduling import first_apart


async def places(
    transaction: Transaction, candidates: Sequence[Due], distance: timedelta, *, now: datetime
) -> dict[str, datetime | None]:
    """When each of these posts may go out: ``now``, or later; by the post's id.

    None: somebody else plans for the same campaign at this moment, so the next look decides. An
    attempt that was interrupted goes on at once, because its post may be on the network already.
    """
    found: dict[str, datetime | None] = {each.post_id: now for each in candidates}
    fresh = [each for each in candidates if each.interrupted_at is None]
    if not distance or not fresh:
        return found
    ours = {
        each.series: await has_turn(transaction, "pace", *each.series)
        for each in sorted(fresh, key=lambda one: one.series)
    }
    sent = await posts.sent_of_series(
        transaction, [series for series, is_ours in ours.items() if is_ours], since=now - distance
    )
    for each in fresh:
        if not ours[each.series]:
            found[each.post_id] = None
            continue
        taken = sent.setdefault(each.series, [])
        moment = first_apart(now, taken, distance)
        taken.append(moment)
        found[each.post_id] = moment
    return found
