"""``/_sandbox/limits``: rate limits on and off, credits, and the bill so far."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from connectors.sandbox.control.parameters import body
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks


class LimitsChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool | None = None
    #: Dollars that X's app may still spend; null is without end.
    credits_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)


def show(networks: Networks, _call: Call) -> Answer:
    """Return whether limits are on, what may be spent, and what was billed."""
    return Answer.json(
        200,
        {
            "enabled": networks.limits.enabled,
            "credits_usd": networks.limits.remaining_usd,
            "billed": {
                "units": networks.bills.units(),
                "usd": networks.bills.total_microdollars() / 1_000_000,
            },
        },
    )


def change(networks: Networks, call: Call) -> Answer:
    """Switch limits, set credits, and return the result."""
    wanted = body(call, LimitsChange)
    if wanted.enabled is not None:
        networks.limits.switch(enabled=wanted.enabled)
    if "credits_usd" in wanted.model_fields_set:
        networks.limits.grant_credits(wanted.credits_usd)
    return show(networks, call)
