"""What X charges an app, in units and their prices.

Source: https://docs.x.com/x-api/getting-started/pricing (pay per use, since February 2026): what is
read is charged by the thing returned, and a thing that is read twice on one day (UTC) once.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from connectors.sandbox.networks import Networks
from connectors.sandbox.x import refusals

Unit = Literal["post", "post_with_url", "post_read", "user_read", "media_metadata", "post_delete"]

#: In millionths of a dollar.
_PRICES: dict[Unit, int] = {
    "post": 15_000,
    "post_with_url": 200_000,
    "post_read": 5_000,
    "user_read": 10_000,
    "media_metadata": 5_000,
    # "Interaction: Delete"; that a deleted post is one is not said.
    "post_delete": 10_000,
}
_DAY_MS = 86_400_000


def charge(networks: Networks, unit: Unit) -> None:
    """Charge one unit. Raises Refusal when the credits do not pay for it."""
    price = _PRICES[unit]
    if not networks.limits.affords(price):
        raise refusals.credits_depleted()
    networks.bills.charge(unit, microdollars=price)


def charge_reads(networks: Networks, unit: Unit, resources: Collection[str]) -> None:
    """Charge each of these, by its id, once a day. Raises Refusal as `charge` does."""
    today_ms = networks.clock.now_ms() // _DAY_MS * _DAY_MS
    for resource in resources:
        if not networks.limits.affords(_PRICES[unit]):
            raise refusals.credits_depleted()
        read = networks.counters.count(
            f"x/{unit}/{resource}", limit=1, started_ms=today_ms, length_ms=_DAY_MS
        )
        if not read.exceeded:
            charge(networks, unit)
