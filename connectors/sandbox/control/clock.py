"""``/_sandbox/clock``."""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from connectors.sandbox.control.parameters import body
from connectors.sandbox.exchange import Answer, Call
from connectors.sandbox.networks import Networks


class ClockChange(BaseModel):
    """Applied in the order of the fields."""

    model_config = ConfigDict(extra="forbid")

    #: Back to the real time.
    real: bool = False
    #: Put the clock at this moment (RFC 3339 with a zone).
    set: AwareDatetime | None = None
    #: Move it by so many seconds, also backwards.
    advance: float = Field(default=0.0, allow_inf_nan=False)
    #: True stops the clock, false lets it run again.
    frozen: bool | None = None


def show(networks: Networks, _call: Call) -> Answer:
    """Return the time of the networks and how their clock runs."""
    clock = networks.clock
    return Answer.json(
        200,
        {
            "now": clock.now().isoformat(),
            "mode": clock.mode,
            "offset_seconds": clock.offset.total_seconds(),
        },
    )


def change(networks: Networks, call: Call) -> Answer:
    """Change the clock and return what it shows."""
    wanted = body(call, ClockChange)
    clock = networks.clock
    if wanted.real:
        clock.real()
    if wanted.set is not None:
        clock.set(wanted.set)
    clock.advance(timedelta(seconds=wanted.advance))
    if wanted.frozen is True:
        clock.freeze()
    elif wanted.frozen is False:
        clock.thaw()
    networks.settings.write("clock", clock.state())
    return show(networks, call)
